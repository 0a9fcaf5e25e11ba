import { afterEach, describe, expect, test } from 'vitest';
import { Fault } from '../../../shared/kernel/index.ts';
import { condemnedBy } from '../../../shared/rollouts/index.ts';
import type { AdvanceBakeInputs } from '../../../shared/rollouts/rules/advance-bake.ts';
import { type DeploymentRun, deploymentRun } from '../../support/deployment-run.ts';

let run: DeploymentRun;
afterEach(() => run.close());

const DROP = { 'db/migrate/001_drop.sql': 'ALTER TABLE orders DROP COLUMN total;\n' };
const BAD = { failing: 0.3, slow: 0 };

/** A canary at its first stage that has begun to fail, and of which no sweep knows yet. */
async function failing(options: Parameters<typeof deploymentRun>[0] = {}, behaviour = BAD) {
  run = await deploymentRun(options);
  run.publish(behaviour);
  const id = await run.request();
  if ((await run.deployment(id)).state.kind === 'AwaitingApproval') await run.answer('approve');
  await run.pass(5);
  return id;
}

/** From now on every interval counts as closed so many seconds after its end, as CloudWatch's do. */
function closeLate(seconds: number) {
  const { metrics } = run.rolloutDeps;
  const counts = metrics.counts;
  Object.assign(metrics, {
    counts: async (...given: Parameters<typeof counts>) =>
      (await counts(...given)).flatMap((each) => {
        const watermark = Date.parse(each.end) + seconds * 1000;
        return watermark > Date.now() ? [] : [{ ...each, watermark: new Date(watermark).toISOString() }];
      }),
  });
}

async function texts(id: string, event: string) {
  const steps = await run.store.decisions({ kind: 'rollout', id: id.replace(/^dep_/, 'rol_') });
  const step = steps.findLast(({ envelope }) => envelope.event === event)?.decision;
  return step?.reasons.map(({ code }) => code);
}

describe('a verdict that a person’s promotion came before', () => {
  test('while the traffic is on its way is given in the same sweep: the change goes back', async () => {
    const id = await failing();
    const { write } = run.store;
    let raced = false;
    Object.assign(run.store, {
      write: async (given: Parameters<typeof write>[0]) => {
        if (given.envelope.kind === 'rollout' && given.envelope.to === 'RollingBack' && !raced) {
          raced = true;
          run.lost.wakes = true;
          await run.control(id, 'promote');
          run.lost.wakes = false;
          expect(await run.stands(id)).toBe('Shifting');
        }
        return write(given);
      },
    });
    await run.minutes(10, async () => raced);
    await run.pass(5);
    expect(await run.events('rollout', id)).toEqual(
      expect.arrayContaining(['PromotionRequested', 'CanaryCondemned', 'TrafficRestored']),
    );
    expect(await run.events('rollout', id)).not.toContain('PromotionMade');
    expect([await run.stands(id), run.weight()]).toEqual(['RolledBack VERDICT', 0]);
  });

  test.each(['page', 'hold', 'rollback'] as const)(
    'once it has all of the traffic goes before the promotion, also at the bake choice %s',
    async (bake) => {
      const id = await failing({ bake });
      await run.serve(3);
      await run.control(id, 'promote');
      expect([await run.stands(id), run.weight()]).toEqual(['Baking', 1]);
      await run.minute();
      await run.pass(5);
      expect([await run.stands(id), run.weight()]).toEqual(['RolledBack VERDICT', 0]);
      expect((await texts(id, 'CanaryCondemned'))?.at(-1)).toBe('RACED');
      expect(await condemnedBy(run.store, 'shop', run.change)).toBe(id.replace('dep_', 'rol_'));
    },
  );

  test('of a change that cannot be undone asks a person, with all of the traffic', async () => {
    const id = await failing({ files: DROP });
    await run.serve(3);
    await run.control(id, 'promote');
    await run.minute();
    expect([await run.stands(id), run.weight()]).toEqual(['Held IRREVERSIBLE', 1]);
    await run.minutes(2);
    await run.answer('approve');
    expect([await run.stands(id), run.weight()]).toEqual(['RolledBack VERDICT', 0]);
  });

  test('while the kill switch is on holds, and goes back once it is off', async () => {
    const id = await failing();
    await run.serve(3);
    await run.control(id, 'promote');
    await run.killSwitch(true);
    await run.minutes(2);
    expect(await run.stands(id)).toBe('Held KILL_SWITCH');
    await run.killSwitch(false);
    await run.minute();
    await run.pass(5);
    expect([await run.stands(id), run.weight()]).toEqual(['RolledBack VERDICT', 0]);
  });
});

describe('minutes of the split that close after the promotion', () => {
  async function promoted(
    bake: 'page' | 'hold' | 'rollback',
    more: Parameters<typeof deploymentRun>[0] = {},
  ) {
    const id = await failing({ bake, ...more });
    closeLate(150);
    await run.serve(2);
    // Nothing has closed yet; from here on it answers well, so that only the split can tell.
    await run.control(id, 'promote');
    run.traffic.world.publish('2', run.change);
    expect(await run.stands(id)).toBe('Baking');
    return id;
  }

  test.each([
    ['page', 'Promoted', 1],
    ['hold', 'Held LATE_VERDICT', 1],
    ['rollback', 'RolledBack VERDICT', 0],
  ] as const)('and condemn it do what the service chose for its bake: %s', async (bake, then, weight) => {
    const id = await promoted(bake);
    await run.minute();
    expect(await run.stands(id)).toBe('Baking');
    await run.minutes(4, async () => (await run.stands(id)) !== 'Baking');
    await run.pass(5);
    expect([await run.stands(id), run.weight()]).toEqual([then, weight]);
    expect(await texts(id, 'BakeCondemned')).toContain('LATE_VERDICT');
    expect((await run.rollout(id)).data.condemned?.by).toBeDefined();
    expect(await condemnedBy(run.store, 'shop', run.change)).toBe(id.replace('dep_', 'rol_'));
  });

  test('are waited for even where no bake is wanted', async () => {
    const id = await promoted('hold', { bakeSeconds: 0 });
    await run.minutes(6, async () => (await run.stands(id)) !== 'Baking');
    expect(await run.stands(id)).toBe('Held LATE_VERDICT');
  });

  test.each([
    ['approve', 'RolledBack VERDICT', 0],
    ['reject', 'Aborted FROZEN', 1],
  ] as const)('and hold: %s leads to %s', async (verdict, then, weight) => {
    const id = await promoted('hold');
    await run.minutes(6, async () => (await run.stands(id)) !== 'Baking');
    await run.minutes(2);
    await run.answer(verdict);
    expect([await run.stands(id), run.weight()]).toEqual([then, weight]);
  });

  test('that nobody can read never end as a good bake', async () => {
    const id = await promoted('page');
    Object.assign(run.rolloutDeps.metrics, { counts: run.traffic.metrics.counts });
    run.traffic.world.refuse = (call) => (call === 'counts' ? new Fault('Unavailable', 'no') : undefined);
    await run.minutes(12);
    expect(await run.stands(id)).toBe('Held NO_DATA');
    expect(run.weight()).toBe(1);
  });

  test('and are good change nothing', async () => {
    const id = await failing({}, { failing: 0.005, slow: 0.01 });
    closeLate(150);
    await run.serve(2);
    await run.control(id, 'promote');
    await run.minutes(10, async () => (await run.stands(id)) !== 'Baking');
    expect(await run.stands(id)).toBe('Promoted');
  });
});

test('the minutes of a split are those that were over at the promotion: of the one in which the traffic moved, nothing counts', async () => {
  const id = await failing({}, { failing: 0.005, slow: 0.01 });
  await run.serve(2);
  await run.pass(20);
  await run.control(id, 'promote');
  await run.minutes(10, async () => (await run.stands(id)) !== 'Baking');
  const steps = await run.store.decisions({ kind: 'rollout', id: id.replace(/^dep_/, 'rol_') });
  const inputs = steps.at(-1)?.decision?.inputs as AdvanceBakeInputs | undefined;
  const split = inputs?.split;
  const ends = split?.intervals.map(({ at }) => Date.parse(at) + 60_000) ?? [];
  expect(ends).toHaveLength(2);
  expect(Math.max(...ends)).toBeLessThan(Date.parse(split?.promotedAt ?? ''));
});
