import { describe, expect, test } from 'vitest';
import { violationsOf } from './check-run.ts';
import { follow } from './happy-path.ts';
import { calmPlan, planOf } from './plan.ts';
import { campaignRoom } from './room.ts';
import { campaignRun } from './run.ts';
import { AWAITING } from './seeds.ts';

const SEEDS = Array.from({ length: 600 }, (_, index) => index + 1);

describe('a merge that awaits a checkpoint', () => {
  test('one that no checkpoint covers breaks a promise of the campaign, whatever the coverage port answers', async () => {
    const room = await campaignRoom(calmPlan('production', { every: 100_000 }));
    try {
      Object.assign(room.watched.world.coverage, { covers: async () => true });
      await follow(room);
      const [attempt] = await room.attempts();
      expect(attempt?.state.kind).toBe('RollbackComplete');
      expect(await violationsOf(room)).toEqual([
        expect.stringMatching(
          /^merge #1 .* although no checkpoint covered the decision that allows it$/,
        ) as unknown,
      ]);
    } finally {
      await room.close();
    }
  }, 60_000);

  test.each(AWAITING)(
    'under the faults of seed %i: awaited, then %s',
    async (seed, end) => {
      const { violations, checkpoints, log } = await campaignRun(seed);
      expect(violations, JSON.stringify(log)).toEqual([]);
      expect(checkpoints.awaited).toBeGreaterThan(0);
      expect(checkpoints[end]).toBeGreaterThan(0);
    },
    60_000,
  );

  test('is drawn for a part of the production seeds, with checkpoints that do not come and a ledger that is not read', () => {
    const production = SEEDS.map(planOf).filter(({ environment }) => environment === 'production');
    const awaiting = production.filter(({ signing }) => signing !== undefined);
    expect(awaiting.length / production.length).toBeGreaterThan(0.3);
    expect(awaiting.length / production.length).toBeLessThan(0.5);
    expect(awaiting.some(({ signing }) => signing?.pause !== undefined)).toBe(true);
    expect(awaiting.some(({ outages }) => outages.some(({ port }) => port === 'coverage'))).toBe(true);
    expect(SEEDS.map(planOf).filter(({ signing }) => signing !== undefined)).toHaveLength(awaiting.length);
  });
});
