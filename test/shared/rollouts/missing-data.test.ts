import { afterEach, describe, expect, test } from 'vitest';
import { Fault } from '../../../shared/kernel/index.ts';
import { newsOfRollout } from '../../../shared/rollouts/index.ts';
import { type DeploymentRun, deploymentRun } from '../../support/deployment-run.ts';

let run: DeploymentRun;
afterEach(() => run.close());

async function at(stage: number) {
  run = await deploymentRun();
  run.publish();
  const id = await run.request();
  await run.minutes(12, async () => (await run.rollout(id)).data.stage?.index === stage);
  return id;
}

const refuse = (fault: Fault, call: string) => {
  run.traffic.world.refuse = (each) => (each === call ? fault : undefined);
};
const SECRET = `xoxb-${'1'.repeat(12)}-${'a'.repeat(24)}`;

/** The last decision, and what people are told of it. */
async function last(id: string) {
  const rollout = await run.rollout(id);
  const decisions = await run.store.decisions({ kind: 'rollout', id: rollout.id });
  const decision = decisions.at(-1)?.decision;
  const news = newsOfRollout(rollout, { type: 'ApprovalRequested', rev: rollout.rev });
  return { inputs: decision?.inputs, why: decision?.reasons[0]?.text ?? '', told: news?.text ?? '' };
}

/** Counts of the canary that are none. */
function miscount() {
  const { counts } = run.traffic.metrics;
  Object.assign(run.traffic.metrics, {
    counts: async (...given: Parameters<typeof counts>) =>
      (await counts(...given)).map((each) => ({
        ...each,
        arms: { ...each.arms, canary: { n: 100, errors: Number.NaN, slowerThan: {} } },
      })),
  });
}

describe('a hold for want of data says why, in the ledger and in the message', () => {
  test.each([
    [
      'the provider does not answer',
      () => refuse(new Fault('Unavailable', 'CloudWatch did not answer'), 'counts'),
      { fault: 'Unavailable: CloudWatch did not answer' },
      'the metrics cannot be read, Unavailable: CloudWatch did not answer',
    ],
    [
      'it refuses us',
      () => refuse(new Fault('PermissionDenied', `not with ${SECRET}`), 'counts'),
      expect.objectContaining({ fault: expect.stringMatching(/^PermissionDenied: not with /) }),
      'the metrics cannot be read, PermissionDenied: not with ',
    ],
    [
      'nothing is counted of the baseline',
      () => void run.traffic.world.hidden.add('1'),
      { silent: 'baseline' },
      'nothing is counted of the version before',
    ],
    [
      'nothing is counted of the canary',
      () => void run.traffic.world.hidden.add('2'),
      { silent: 'canary' },
      'nothing is counted of the canary',
    ],
    [
      'nobody calls',
      () => {
        run.traffic.world.perMinute = 0;
      },
      { silent: 'both' },
      'nothing is counted of either version',
    ],
    [
      'the counts are none',
      miscount,
      expect.objectContaining({ malformed: expect.any(Number) }),
      'interval(s) came with what is no count, and are left out',
    ],
  ])('%s', async (_what, break_, missing, text) => {
    const id = await at(0);
    break_();
    await run.minutes(13);
    expect(await run.stands(id)).toBe('Held NO_DATA');
    const { inputs, why, told } = await last(id);
    expect(inputs).toMatchObject({ missing });
    expect(why).toContain(`no interval that can be compared has come in for too long: `);
    for (const said of [why, told]) {
      expect(said).toContain(text);
      expect(said).not.toContain(SECRET);
    }
  });

  test('and its message no longer does once the hold is another one', async () => {
    const id = await at(0);
    run.traffic.world.perMinute = 0;
    await run.minutes(13);
    await run.killSwitch(true);
    await run.minute();
    expect([await run.stands(id), (await run.rollout(id)).data.missing]).toEqual([
      'Held KILL_SWITCH',
      undefined,
    ]);
    expect((await last(id)).told).not.toContain('nothing is counted');
  });
});

test('clocks that disagree hold, with what they say, and condemn nobody by minutes that may not be over', async () => {
  const id = await at(0);
  run.traffic.world.publish('2', run.change, { failing: 0.3, slow: 0 });
  const said = 'our clock is ahead of that of CloudWatch: 11:10 here is 11:00 there';
  refuse(new Fault('Malformed', said), 'counts');
  await run.minutes(13);
  expect([await run.stands(id), run.weight()]).toEqual(['Held NO_DATA', 0.1]);
  const { why, told } = await last(id);
  for (const text of [why, told]) expect(text).toContain(said);
  run.traffic.world.refuse = () => undefined;
  await run.minutes(5, async () => run.weight() === 0);
  expect(await run.stands(id)).toBe('RolledBack VERDICT');
});

test('a bake that cannot be measured is held at its end, and says what was not answered', async () => {
  const id = await at(1);
  await run.minutes(8, async () => (await run.stands(id)) === 'Baking');
  refuse(new Fault('Unavailable', 'down'), 'total');
  await run.minutes(7);
  expect(await run.stands(id)).toBe('Held NO_DATA');
  const { why, told } = await last(id);
  for (const said of [why, told]) expect(said).toContain('the metrics cannot be read, Unavailable: down');
  run.traffic.world.refuse = () => undefined;
  await run.minutes(9, async () => (await run.stands(id)) === 'Promoted');
  expect(await run.stands(id)).toBe('Promoted');
});

test('what an earlier release has decided without a cause is told without one', async () => {
  const id = await at(0);
  run.traffic.world.perMinute = 0;
  await run.minutes(13);
  const rollout = await run.rollout(id);
  const { missing: _, ...data } = rollout.data;
  const news = newsOfRollout({ ...rollout, data }, { type: 'ApprovalRequested', rev: rollout.rev });
  expect(news?.text).toContain('nothing that can be compared has been measured for ten minutes.');
});
