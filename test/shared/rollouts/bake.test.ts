import { afterEach, describe, expect, test } from 'vitest';
import { Fault } from '../../../shared/kernel/index.ts';
import { condemnedBy } from '../../../shared/rollouts/index.ts';
import { type DeploymentRun, deploymentRun } from '../../support/deployment-run.ts';

let run: DeploymentRun;
afterEach(() => run.close());

const DROP = { 'db/migrate/001_drop.sql': 'ALTER TABLE orders DROP COLUMN total;\n' };

async function baking(options: Parameters<typeof deploymentRun>[0]) {
  run = await deploymentRun(options);
  run.publish();
  const id = await run.request();
  if ((await run.deployment(id)).state.kind === 'AwaitingApproval') await run.answer('approve');
  await run.minutes(15, async () => (await run.stands(id)) === 'Baking');
  expect([await run.stands(id), run.weight()]).toEqual(['Baking', 1]);
  return id;
}

/** After its promotion it turns bad. */
async function degraded(options: Parameters<typeof deploymentRun>[0]) {
  const id = await baking(options);
  await run.minute();
  run.traffic.world.publish('2', run.change, { failing: 0.05, slow: 0.01 });
  await run.minutes(4, async () => (await run.stands(id)) !== 'Baking');
  return id;
}

describe('a bake that degrades', () => {
  test.each([
    ['page', 'Promoted', 1, undefined],
    ['hold', 'Held BAKE_DEGRADED', 1, undefined],
    ['rollback', 'RolledBack BAKE_VERDICT', 0, 'its rollout'],
  ] as const)('at the choice %s is %s', async (bake, then, weight, listed) => {
    const id = await degraded({ bake });
    expect([await run.stands(id), run.weight()]).toEqual([then, weight]);
    const by = await condemnedBy(run.store, 'shop', run.change);
    expect(by).toBe(listed === undefined ? undefined : id.replace('dep_', 'rol_'));
  });

  test('is held even at the choice rollback, when the change cannot be undone', async () => {
    const id = await degraded({ bake: 'rollback', files: DROP });
    expect([await run.stands(id), run.weight()]).toEqual(['Held BAKE_DEGRADED', 1]);
    await run.pass(15_000);
    expect([await run.stands(id), run.weight()]).toEqual(['Aborted FROZEN', 1]);
  });

  test.each([
    ['approve', 'Promoted', 1],
    ['reject', 'Aborted REJECTED', 0],
  ] as const)('and is held: %s leads to %s', async (verdict, then, weight) => {
    const id = await degraded({ bake: 'hold' });
    await run.answer(verdict);
    expect([await run.stands(id), run.weight()]).toEqual([then, weight]);
  });
});

describe('a bake of which nothing is known', () => {
  test('because the provider is down holds at its deadline, and a yes keeps it', async () => {
    const id = await baking({});
    run.traffic.world.refuse = (call) => (call === 'total' ? new Fault('Unavailable', 'down') : undefined);
    await run.minutes(11);
    expect(await run.stands(id)).toBe('Held NO_DATA');
    await run.answer('approve');
    expect([await run.stands(id), run.weight()]).toEqual(['Promoted', 1]);
  });

  test('because the plan wants none ends at once', async () => {
    const id = await baking({ bakeSeconds: 0 });
    await run.minute();
    expect(await run.stands(id)).toBe('Promoted');
  });
});
