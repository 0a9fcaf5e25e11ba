import { afterEach, describe, expect, test } from 'vitest';
import { Fault } from '../../../shared/kernel/index.ts';
import type { SloCounts } from '../../../shared/policies/index.ts';
import { condemnedBy } from '../../../shared/rollouts/block-list.ts';
import { type DeploymentRun, deploymentRun, SHORT } from '../../support/deployment-run.ts';

let run: DeploymentRun;
afterEach(() => run.close());

const BAD = { failing: 0.05, slow: 0.01 };
/** So few failures that nothing is ever certified, and the last shared stage runs out of time. */
const QUIET = 400;

/** A rollout at its first or second shared stage. */
async function at(stage: number, options: Parameters<typeof deploymentRun>[0] = {}) {
  run = await deploymentRun(options);
  run.publish();
  const id = await run.request();
  await run.minutes(12, async () => (await run.rollout(id)).data.stage?.index === stage);
  return id;
}

async function undecided() {
  const id = await at(1, { perMinute: QUIET });
  await run.minutes(20, async () => (await run.stands(id)).startsWith('Held'));
  expect(await run.stands(id)).toBe('Held UNDECIDED');
  return id;
}

describe('an SLO of the service', () => {
  const slos = [{ name: 'answers', objective: 0.996 }];
  const sloCounts: SloCounts = async (_, windows) => windows.map(() => ({ good: 99_999, total: 100_000 }));

  test('that the canary breaches in three intervals in a row holds and asks, and never rolls back', async () => {
    const id = await at(0, { slos, sloCounts });
    const { data } = await run.rollout(id);
    expect(data.slos).toEqual([{ name: 'answers', errorRate: 0.004, slowerThan: null, slowShare: null }]);
    // worse than promised, and no worse than the version beside it
    for (const [version, sha] of [
      ['1', run.base],
      ['2', run.change],
    ] as const)
      run.traffic.world.publish(version, sha, { failing: 0.02, slow: 0.01 });
    expect(await run.minutes(8, async () => (await run.stands(id)) === 'Held GUARD')).toBeLessThan(8);
    const steps = await run.store.decisions({ kind: 'rollout', id: id.replace(/^dep_/, 'rol_') });
    expect(steps.at(-1)?.decision?.reasons[0]?.text).toContain('the SLO answers was breached in 3 intervals');
    await run.answer('approve');
    await run.minutes(2);
    expect(await run.stands(id)).not.toContain('Held GUARD');
    expect(run.weight()).toBeGreaterThan(0);
  });

  test('that both keep changes nothing', async () => {
    const id = await at(1, { slos: [{ name: 'answers', objective: 0.9 }], sloCounts });
    expect(await run.stands(id)).toBe('AtStage');
  });
});

describe('a rollout that is undecided at its deadline', () => {
  test('holds and asks; a yes promotes it, and the approval is used', async () => {
    const id = await undecided();
    expect((await run.approvals())[0]?.data.plan.facts).toMatchObject({
      approve: 'send it to all of the traffic without a certificate of safety',
    });
    await run.answer('approve');
    expect([await run.stands(id), run.weight()]).toEqual(['Baking', 1]);
    await run.minutes(9, async () => (await run.stands(id)) === 'Promoted');
    expect([await run.stands(id), (await run.approvals())[0]?.state]).toEqual(['Promoted', 'Used']);
  });

  test('goes back to 0 % on a no', async () => {
    const id = await undecided();
    await run.answer('reject');
    expect([await run.stands(id), run.weight()]).toEqual(['Aborted REJECTED', 0]);
  });

  test('that nobody answers pages, then goes back, and the question expires', async () => {
    const id = await undecided();
    await run.pass(3700);
    expect((await run.events('rollout', id)).at(-1)).toBe('Paged');
    await run.pass(11_000);
    expect([await run.stands(id), run.weight()]).toEqual(['Aborted HOLD_TIMEOUT', 0]);
    expect((await run.approvals())[0]?.state).toBe('Expired');
    expect((await run.deployment(id)).state).toEqual({ kind: 'Aborted', reason: 'ROLLOUT_ABORTED' });
  });

  test.each(['linus', 'dev'])('is not approved by %s, who asked for it or wrote it', async (person) => {
    await undecided();
    await expect(run.answer('approve', person)).rejects.toMatchObject({ name: 'Forbidden' });
    expect(run.weight()).toBe(0.5);
  });

  test('ends by itself once the judge is sure, and the question is withdrawn', async () => {
    const id = await undecided();
    run.traffic.world.perMinute = 20_000;
    await run.minutes(8, async () => (await run.stands(id)) === 'Baking');
    expect([await run.stands(id), (await run.approvals())[0]?.state]).toEqual(['Baking', 'Withdrawn']);
  });

  test('Argo #3850: is never promoted because it was inconclusive', async () => {
    const id = await undecided();
    run.traffic.world.perMinute = 20;
    await run.minutes(40);
    expect([await run.stands(id), run.weight()]).toEqual(['Held UNDECIDED', 0.5]);
  });
});

describe('missing data', () => {
  test('Flagger #1011: when traffic stops in the middle nothing advances: it holds, and goes on when data is back', async () => {
    const id = await at(0);
    run.traffic.world.perMinute = 0;
    await run.minutes(12);
    expect([await run.stands(id), run.weight()]).toEqual(['Held NO_DATA', 0.1]);
    await run.minutes(30);
    expect(await run.stands(id)).toBe('Held NO_DATA');
    run.traffic.world.perMinute = 20_000;
    await run.minute();
    await run.minute();
    expect([await run.stands(id), (await run.approvals())[0]?.state]).toEqual(['AtStage', 'Withdrawn']);
    await run.minutes(25, async () => (await run.stands(id)) === 'Promoted');
    expect(await run.stands(id)).toBe('Promoted');
  });

  test.each([
    [
      'the provider does not answer',
      () => {
        run.traffic.world.refuse = (call) =>
          call === 'counts' ? new Fault('Unavailable', 'down') : undefined;
      },
    ],
    ['nothing is counted of the baseline', () => void run.traffic.world.hidden.add('1')],
    ['nothing is counted of the canary', () => void run.traffic.world.hidden.add('2')],
  ])('holds when %s, on a clock of its own', async (_what, break_) => {
    const id = await at(0);
    break_();
    await run.minutes(9);
    expect([await run.stands(id), run.weight()]).toEqual(['AtStage', 0.1]);
    await run.minutes(3);
    expect([await run.stands(id), run.weight()]).toEqual(['Held NO_DATA', 0.1]);
  });

  test('counts that are none are no data', async () => {
    const id = await at(0);
    const { counts } = run.traffic.metrics;
    Object.assign(run.traffic.metrics, {
      counts: async (...given: Parameters<typeof counts>) =>
        (await counts(...given)).map((each) => ({
          ...each,
          arms: { ...each.arms, canary: { n: 100, errors: Number.NaN, slowerThan: {} } },
        })),
    });
    await run.minutes(13);
    expect([await run.stands(id), run.weight()]).toEqual(['Held NO_DATA', 0.1]);
  });

  test('that a person lets pass moves one stage, and the next has its own time to bring data', async () => {
    const id = await at(0);
    run.traffic.world.perMinute = 0;
    await run.minutes(13);
    await run.answer('approve');
    expect([await run.stands(id), run.weight()]).toEqual(['AtStage', 0.5]);
    await run.minutes(8);
    expect(await run.stands(id)).toBe('AtStage');
    await run.minutes(4);
    expect([await run.stands(id), run.weight()]).toEqual(['Held NO_DATA', 0.5]);
  });

  test('in a bake holds: a promotion that nobody measured does not end well by itself', async () => {
    const id = await at(1);
    await run.minutes(8, async () => (await run.stands(id)) === 'Baking');
    run.traffic.world.perMinute = 0;
    await run.minutes(7);
    expect(await run.stands(id)).toBe('Held NO_DATA');
    run.traffic.world.perMinute = 20_000;
    await run.minutes(2);
    expect(await run.stands(id)).toBe('Baking');
    await run.minutes(7);
    expect(await run.stands(id)).toBe('Promoted');
  });
});

describe('a hold for too few requests', () => {
  const slow = [{ weight: 0.1, minSeconds: 60, maxSeconds: 180, minRequests: 8000 }, ...SHORT.slice(1)];

  test('ends by itself when they have come', async () => {
    const id = await at(0, { stages: slow, perMinute: 10_000 });
    await run.minutes(4);
    expect(await run.stands(id)).toBe('Held TOO_FEW_REQUESTS');
    await run.minutes(6, async () => (await run.rollout(id)).data.stage?.index === 1);
    expect(run.weight()).toBe(0.5);
  });

  test('is let pass by a person, to the next stage', async () => {
    const id = await at(0, { stages: slow, perMinute: 4000 });
    await run.minutes(4);
    await run.answer('approve');
    expect([await run.stands(id), run.weight()]).toEqual(['AtStage', 0.5]);
  });
});

describe('a verdict', () => {
  test('Flagger #1801: that comes while it is held or paused takes it back all the same', async () => {
    const id = await undecided();
    run.traffic.world.publish('2', run.change, BAD);
    await run.minutes(25, async () => run.weight() === 0);
    expect(await run.stands(id)).toBe('RolledBack VERDICT');
    expect((await run.approvals())[0]?.state).toBe('Withdrawn');
  });

  test('reaches a rollout that has been paused for half a day: its intervals still fit in a decision', async () => {
    const id = await at(0);
    await run.control(id, 'pause');
    await run.serve(700);
    await run.minute();
    expect(await run.stands(id)).toBe('Paused');
    run.traffic.world.publish('2', run.change, BAD);
    await run.minutes(60, async () => run.weight() === 0);
    expect(await run.stands(id)).toBe('RolledBack VERDICT');
  });

  test('Argo #1411: is never overwritten by later measurements', async () => {
    const id = await at(0);
    await run.killSwitch(true);
    run.traffic.world.publish('2', run.change, BAD);
    await run.minutes(20, async () => (await run.rollout(id)).data.condemned !== undefined);
    expect([await run.stands(id), run.weight()]).toEqual(['Held KILL_SWITCH', 0.1]);
    run.traffic.world.publish('2', run.change, { failing: 0, slow: 0 });
    await run.minutes(60);
    await run.killSwitch(false);
    await run.minute();
    expect([await run.stands(id), run.weight()]).toEqual(['RolledBack VERDICT', 0]);
  });

  test('under the kill switch leaves a person no way up: a yes takes it back', async () => {
    const id = await at(0);
    await run.killSwitch(true);
    await run.minute();
    run.traffic.world.publish('2', run.change, BAD);
    await run.minutes(20, async () => (await run.rollout(id)).data.condemned !== undefined);
    await expect(run.control(id, 'promote')).rejects.toMatchObject({ name: 'Conflict' });
    await run.answer('approve');
    expect([await run.stands(id), run.weight()]).toEqual(['RolledBack VERDICT', 0]);
  });

  test('under the kill switch lists its revision at once: a person who takes it back does not take it off', async () => {
    const id = await at(0);
    await run.killSwitch(true);
    run.traffic.world.publish('2', run.change, BAD);
    await run.minutes(20, async () => (await run.rollout(id)).data.condemned !== undefined);
    expect(await run.stands(id)).toBe('Held KILL_SWITCH');
    expect(await condemnedBy(run.store, 'shop', run.change)).toBe(id.replace(/^dep_/, 'rol_'));
    await run.control(id, 'abort');
    await run.pass(60);
    expect([await run.stands(id), run.weight()]).toEqual(['Aborted ABORTED_BY_PERSON', 0]);
    expect(await condemnedBy(run.store, 'shop', run.change)).toBe(id.replace(/^dep_/, 'rol_'));
  });

  test('whose sweep died before it woke the workflow is acted on at the next sweep', async () => {
    const id = await at(0);
    run.traffic.world.publish('2', run.change, BAD);
    run.lost.wakes = true;
    await run.minutes(20, async () => (await run.stands(id)).startsWith('RollingBack'));
    expect(run.weight()).toBe(0.1);
    run.lost.wakes = false;
    await run.minute();
    expect([await run.stands(id), run.weight()]).toEqual(['RolledBack VERDICT', 0]);
  });
});
