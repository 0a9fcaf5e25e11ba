import { env } from 'node:process';
import { expect, test } from 'vitest';
import { TROUBLES } from './append-faults.ts';
import { type AppendOutcome, appendRun } from './append-run.ts';

const RUNS = 60;
const { APPEND_SEED: asked } = env;

/** The long campaign is `npm run bench append-faults`; what broke there: `APPEND_SEED=<seed> npx vitest run test/campaign/append`. */
test('however writers, repeats, failures and deaths mix: no gap, no double, nothing lost, each subject in order', async () => {
  const first = Number(asked ?? 1);
  const outcomes: AppendOutcome[] = [];
  for (let seed = first; seed < first + (asked === undefined ? RUNS : 1); seed += 1)
    outcomes.push(await appendRun(seed));
  const broken = outcomes.filter(({ violations }) => violations.length > 0);
  expect(broken.map(({ seed, violations }) => `APPEND_SEED=${seed}: ${violations.join('; ')}`)).toEqual([]);
  if (asked !== undefined) return;
  for (const trouble of TROUBLES)
    expect(outcomes.some(({ faults }) => (faults[trouble] ?? 0) > 0)).toBe(true);
});
