import { env } from 'node:process';
import { describe, expect, test } from 'vitest';
import { planOf } from './plan.ts';
import { campaignRun } from './run.ts';
import { FOUND } from './seeds.ts';

const RUNS = 60;
const BATCH = 20;

/** Runs a seed; what it violated comes with everything that is needed to see why. */
async function held(seed: number): Promise<void> {
  const { violations, log } = await campaignRun(seed);
  const told = { again: `CAMPAIGN_SEED=${seed} npx vitest run test/campaign`, violations, log };
  expect(violations, JSON.stringify({ ...told, plan: planOf(seed) }, null, 1)).toEqual([]);
}

const { CAMPAIGN_SEED: asked } = env;

describe.skipIf(asked === undefined)('the seed that was asked for', () => {
  test(`seed ${asked} keeps every promise`, () => held(Number(asked)), 60_000);
});

describe.skipIf(asked !== undefined)('a short campaign', () => {
  test.each(Array.from({ length: RUNS / BATCH }, (_, batch) => batch * BATCH + 1))(
    'twenty runs under seeded faults from seed %i on keep every promise',
    async (first) => {
      for (let seed = first; seed < first + BATCH; seed += 1) await held(seed);
    },
    120_000,
  );

  test.each(FOUND)('seed %i: %s', (seed) => held(seed), 60_000);

  test('the same seed is the same run', async () => {
    expect(await campaignRun(7)).toEqual(await campaignRun(7));
  });
});
