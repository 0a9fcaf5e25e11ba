import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Fault } from '../../../../shared/kernel/index.ts';
import { readBudget, type SloCounts, sloFromMetrics } from '../../../../shared/policies/index.ts';
import { budgetFacts, burnRates, type GoodOfTotal } from '../../../../shared/policies/rules/error-budget.ts';

const AT = '2026-11-18T14:00:00.000Z';
const SLO = {
  name: 'available',
  objective: 0.999,
  window_days: 28,
  indicator: { kind: 'availability' },
} as const;
const PLACE = { service: 'checkout', environment: 'production', slos: [SLO] };
const bad = (failures: number, total = 100_000): GoodOfTotal => ({ good: total - failures, total });

/** Failures in 100,000 requests, where 100 are the whole budget: 5m, 30m, 1h, 6h, 3d, 28d. */
function measured(...failures: readonly number[]) {
  const [m5 = 0, m30 = 0, h1 = 0, h6 = 0, d3 = 0, period = 0] = failures;
  const windows = { '5m': bad(m5), '30m': bad(m30), '1h': bad(h1), '6h': bad(h6), '3d': bad(d3) };
  return burnRates({ slo: 'available', objective: 0.999, period: bad(period), windows });
}

describe('burn rates', () => {
  test.each([
    [[1441, 0, 1441, 0, 0], 'fast', '14.4 over an hour and five minutes'],
    [[1440, 0, 1440, 0, 0], 'none', 'a factor that is reached and not passed'],
    [[1441, 0, 1000, 0, 0], 'none', 'a peak of five minutes'],
    [[0, 0, 1441, 0, 0], 'none', 'what is over already'],
    [[0, 601, 0, 601, 0], 'slow', '6 over six hours and half an hour'],
    [[0, 0, 0, 101, 101], 'leak', '1 over three days and six hours'],
  ])('%j of 100,000: %s, %s', (failures, burning) => {
    expect(measured(...failures).burning).toBe(burning);
  });

  test('what is left is 1 without failures, 0 when the budget is spent, and below when more is', () => {
    expect(measured()).toMatchObject({ remaining: '1', exhausted: false });
    expect(measured(0, 0, 0, 0, 0, 100)).toMatchObject({ remaining: '0', exhausted: true });
    expect(measured(0, 0, 0, 0, 0, 99)).toMatchObject({ remaining: '0.01', exhausted: false });
    expect(measured(0, 0, 0, 0, 0, 150)).toMatchObject({ remaining: '-0.5', exhausted: true });
  });

  test('more failures never leave more', () => {
    const count = fc.integer({ min: 0, max: 100_000 });
    fc.assert(
      fc.property(count, count, (one, other) => {
        const [few, many] = [Math.min(one, other), Math.max(one, other)];
        const left = (failures: number) => Number(measured(0, 0, 0, 0, 0, failures).remaining);
        expect(left(many)).toBeLessThanOrEqual(left(few));
      }),
    );
  });
});

describe('the facts about a budget', () => {
  const answering =
    (counts: Awaited<ReturnType<SloCounts>>): SloCounts =>
    async () =>
      counts;
  const quiet = [0, 0, 0, 0, 0, 50].map((failures) => bad(failures));

  test('are read for the five windows and the period of the SLO', async () => {
    const asked: (readonly number[])[] = [];
    const counts: SloCounts = async (_target, windows) => {
      asked.push(windows);
      return quiet;
    };
    expect((await readBudget(counts, PLACE, AT)).facts).toEqual({
      ...{ declared: true, remaining: '0.5', exhausted: false, burning: 'none' },
    });
    expect(asked).toEqual([[300, 1800, 3600, 21_600, 259_200, 2_419_200]]);
  });

  test('a service without an SLO has none', async () => {
    expect(await readBudget(answering([]), { ...PLACE, slos: [] }, AT)).toEqual({
      ...{ facts: { declared: false }, budgets: [] },
    });
  });

  test('what cannot be read is not known, and is never taken for a full budget', async () => {
    const down: SloCounts = () => Promise.reject(new Fault('Unavailable', 'no answer'));
    expect((await readBudget(down, PLACE, AT)).facts).toEqual({ declared: true });
    const gap = answering([undefined, ...quiet.slice(1)]);
    expect((await readBudget(gap, PLACE, AT)).facts).toEqual({
      ...{ declared: true, remaining: '0.5', exhausted: false },
    });
    expect((await readBudget(answering(quiet.slice(0, 5)), PLACE, AT)).facts).toEqual({
      ...{ declared: true, burning: 'none' },
    });
  });

  test('a bug of ours is not taken for a provider that is down', async () => {
    const broken: SloCounts = () => Promise.reject(new TypeError('x'));
    await expect(readBudget(broken, PLACE, AT)).rejects.toThrow(TypeError);
  });

  test('of several SLOs are the worst, and one that is unknown makes them unknown', () => {
    const [left, spent] = [measured(), measured(1500, 0, 1500, 0, 0, 120)];
    expect(budgetFacts([left, spent])).toEqual({
      ...{ declared: true, remaining: '-0.2', exhausted: true, burning: 'fast' },
    });
    expect(budgetFacts([left, { slo: 'x', burnRates: {} }])).toEqual({ declared: true });
  });
});

test('a platform counts failures for availability and slow requests for latency', async () => {
  const windows: { from: string; to: string }[] = [];
  const counts = sloFromMetrics(
    {
      total: async (_target, { from, to, thresholds }) => {
        windows.push({ from, to });
        const slowerThan = Object.fromEntries(thresholds.map((ms) => [String(ms), 7]));
        return { n: 100, errors: 2, slowerThan };
      },
      idle: async () => false,
    },
    {
      platform: 'lambda',
      service: 'checkout',
      environment: 'production',
      function: 'checkout',
      alias: 'live',
    },
  );
  const target = { service: 'checkout', environment: 'production' };
  expect(await counts({ ...target, indicator: { kind: 'availability' } }, [300], AT)).toEqual([
    { good: 98, total: 100 },
  ]);
  expect(await counts({ ...target, indicator: { kind: 'latency', ms: 300 } }, [300], AT)).toEqual([
    { good: 93, total: 100 },
  ]);
  expect(windows[0]).toEqual({ from: '2026-11-18T13:55:00.000Z', to: AT });
});
