import { type Case, failing, healthy, minutes, SHOWN_RUNS, STAGES, slow } from './canary-case.ts';
import { slowShares } from './canary-latency.ts';

const slower = slowShares(1.2);
/** Two in a hundred hang until something gives up. */
const stuck = slowShares().map((share) => 0.02 + 0.98 * share);
const BEFORE = 'healthy, divided by what the hour before shows';
const AS_THEY_COME = 'healthy, divided by what the minutes show as they come';
const bursts = { traffic: { burst: 5 } };
const slowBursts = { traffic: { slowBurst: 5 }, reference: 'latency' as const };
/** Windows of the look-back of production. */
const WINDOWS = 20;
/** Of a service so young that it has no more of them. */
const FEW_WINDOWS = [4, 6];
/** One burst of 5 an hour, at 2,000 a minute. */
const RARE = 5 / (2000 * 60);
const FOUR_HOURS = new Array<number>(210).fill(0.5);

/** Every row of the handbook's table, and what the promise has to stand besides. */
export const CASES: readonly Case[] = [
  healthy('errors', 200, { rollback: 0.0018, safe: 0.056 }),
  healthy('errors', 2000, { rollback: 0.0034, safe: 0.768 }),
  healthy('errors', 20_000, { rollback: 0.0018, safe: 0.998 }),
  failing('errors', 1.5, 2000, 0.53, 0.033),
  failing('errors', 1.5, 20_000, 1, 0),
  failing('errors', 2, 2000, 0.997),
  failing('errors', 3, 200, 0.615),
  failing('errors', 3, 2000, 1),
  failing('errors', 10, 200, 1),
  failing('errors', 10, 2000, 1),
  healthy('both', 200, { rollback: 0.0007 }, { reference: 'latency' }),
  healthy('both', 2000, { rollback: 0.0023 }, { reference: 'latency' }),
  healthy('both', 20_000, undefined, { reference: 'latency' }),
  slow('all x1.2 slower', 200, slower, 0.52),
  slow('all x1.2 slower', 2000, slower, 1),
  slow('2 % stuck', 200, stuck, 0.9),
  slow('2 % stuck', 2000, stuck, 1),
  failing('both', 1.5, 2000),
  failing('both', 3, 200),
  failing('both', 10, 200),
  ...[200, 2000, 20_000].map((rate) => healthy('ladder', rate)),
  ...[200, 2000].map((rate) =>
    healthy(
      'stress',
      rate,
      undefined,
      { errors: 0.05 },
      'fails 5 % as the baseline does: the kill switch at its limit',
    ),
  ),
  ...[200, 2000].map((rate) =>
    healthy('stress', rate, undefined, { errors: 0.08 }, 'fails 8 % as the baseline does, in one outage'),
  ),
  healthy(
    'stress',
    2000,
    undefined,
    { errors: 0.08, traffic: { weights: minutes(0.5) } },
    'fails 8 % as the baseline does, from the first stage half of the traffic each',
  ),
  ...[200, 2000, 20_000].map((rate) =>
    healthy('stress', rate, undefined, {}, 'requests as they come (Poisson)'),
  ),
  healthy(
    'stress',
    2000,
    undefined,
    { traffic: { weights: [...STAGES, ...FOUR_HOURS] } },
    'four hours, 250 looks',
  ),
  healthy('bursts', 2000, undefined, { ...bursts, warning: true, runs: SHOWN_RUNS }, 'healthy, not deflated'),
  healthy('bursts', 2000, undefined, { ...bursts, given: { fano: 5 } }, 'healthy, divided by 5'),
  ...[2000, 20_000].map((rate) =>
    healthy('bursts', rate, undefined, { ...bursts, windowsBefore: WINDOWS }, BEFORE),
  ),
  ...[2000, 20_000].map((rate) =>
    healthy('bursts', rate, undefined, { ...bursts, given: { fano: 'estimate' } }, AS_THEY_COME),
  ),
  ...FEW_WINDOWS.map((windowsBefore) =>
    healthy(
      'bursts',
      2000,
      undefined,
      { ...bursts, windowsBefore },
      `healthy, measured for ${windowsBefore * 3} minutes before`,
    ),
  ),
  healthy(
    'bursts',
    2000,
    undefined,
    { ...bursts, errors: RARE, windowsBefore: WINDOWS },
    'healthy, one burst of 5 an hour',
  ),
  healthy(
    'slow',
    2000,
    undefined,
    { ...slowBursts, warning: true, runs: SHOWN_RUNS },
    'healthy, divided by the factor of the failures',
  ),
  ...[200, 2000].map((rate) =>
    healthy(
      'slow',
      rate,
      undefined,
      { ...slowBursts, windowsBefore: WINDOWS },
      'healthy, each metric divided by what the hour before shows of it',
    ),
  ),
];
