import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Interval } from '../../../../shared/rollouts/judge-contract.ts';
import { inverseOf, spreadOf, squaredDistance } from '../../../../shared/rollouts/rules/covariance.ts';
import { cusum, driftMonitors, ewma, ewmaLimit } from '../../../../shared/rollouts/rules/drift-monitors.ts';
import { minute, minutes } from './counts.ts';

/** Worked out by hand. */
const close = (values: readonly number[], expected: readonly number[]) => {
  expect(values).toHaveLength(expected.length);
  for (const [index, value] of values.entries()) expect(value).toBeCloseTo(expected[index] ?? Number.NaN, 12);
};
const running = (next: (before: number, score: number) => number, scores: readonly number[]) =>
  scores.map((_, last) => scores.slice(0, last + 1).reduce(next, 0));

describe('the parts, by hand', () => {
  test('EWMA with a tenth: 0.1, 0.19, 0.271', () => {
    close(running(ewma, [1, 1, 1]), [0.1, 0.19, 0.271]);
    close(running(ewma, [2, 0, -1]), [0.2, 0.18, 0.062]);
  });

  test('its limit begins at three tenths, and ends at 3 sqrt(0.1 / 1.9)', () => {
    close([ewmaLimit(1), ewmaLimit(2)], [0.3, 3 * Math.sqrt(0.1 ** 2 * (1 + 0.9 ** 2))]);
    close([ewmaLimit(1000)], [3 * Math.sqrt(0.1 / 1.9)]);
  });

  test('CUSUM adds up what is above half a deviation, and begins again at 0', () => {
    close(running(cusum, [1, 2, -1, 0, -3, 0.75]), [0.5, 2, 0.5, 0, 0, 0.25]);
  });

  test('the inverse is the true one, and not 1 over the diagonal', () => {
    const inverse = inverseOf([
      [2, 1, 0],
      [1, 2, 1],
      [0, 1, 2],
    ]);
    close(inverse.flat(), [0.75, -0.5, 0.25, -0.5, 1, -0.5, 0.25, -0.5, 0.75]);
    close([squaredDistance([1, 2, 3], inverse)], [5]);
    const other = inverseOf([
      [4, 2, 1],
      [2, 3, 0],
      [1, 0, 2],
    ]);
    close(
      other.flat(),
      [6, -4, -3, -4, 7, 2, -3, 2, 8].map((cofactor) => cofactor / 13),
    );
  });

  test('the covariance of two intervals is shown to 2 / 12, the rest is that of independent requests', () => {
    const { shares, requests, covariance } = spreadOf([
      { requests: 100, hits: [0, 10, 2] },
      { requests: 100, hits: [4, 10, 0] },
    ]);
    close([requests, ...shares], [200, 0.02, 0.1, 0.01]);
    const [p, q, r] = [4.5 / 201, 21 / 201.5, 2.5 / 201];
    const rest = 10 / 12;
    close(covariance.flat(), [
      ...[0.08 / 6 + rest * p * (1 - p), 0, -0.04 / 6],
      ...[0, rest * q * (1 - q), rest * r * (1 - q)],
      ...[-0.04 / 6, rest * r * (1 - q), 0.02 / 6 + rest * r * (1 - r)],
    ]);
  });

  test('without a hit, and with nothing but hits, there is an inverse all the same', () => {
    for (const hits of [[0, 0, 0] as const, [100, 100, 100] as const, [0, 7, 7] as const]) {
      const { covariance } = spreadOf([{ requests: 100, hits }]);
      expect(squaredDistance([0.1, 0.1, 0.1], inverseOf(covariance))).toBeGreaterThan(0);
    }
  });

  test('11.345 is the upper 1 % of chi-square with 3 degrees of freedom; 13.277 is that with 4, and 0.41 % with 3', () => {
    const above3 = (x: number) =>
      2 * upperNormal(Math.sqrt(x)) + Math.sqrt((2 * x) / Math.PI) * Math.exp(-x / 2);
    const above4 = (x: number) => Math.exp(-x / 2) * (1 + x / 2);
    expect(above3(11.345)).toBeCloseTo(0.01, 5);
    expect(above4(13.277)).toBeCloseTo(0.01, 5);
    expect(above3(13.277)).toBeCloseTo(0.0041, 4);
    expect(distance()?.limit).toBe(11.345);
  });
});

/** P(Z > z), by Simpson's rule up to 12. */
function upperNormal(z: number): number {
  const [steps, width] = [2000, (12 - z) / 2000];
  const density = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  const weight = (step: number) => (step === 0 || step === steps ? 1 : 2 + 2 * (step % 2));
  return (
    (width / 3) *
    Array.from({ length: steps + 1 }, (_, step) => weight(step) * density(z + step * width)).reduce(
      (sum, part) => sum + part,
    )
  );
}

const LATENCY = [50, 200];
const beside = [900, 9, { 50: 90, 200: 9 }] as const;
const distance = () =>
  driftMonitors(minutes(1, [100, 1, { 50: 10, 200: 1 }], beside), LATENCY).find(
    ({ monitor }) => monitor === 'mahalanobis',
  );

describe('what drifts in a canary', () => {
  test('one interval by hand: 10 of 100 fail beside 9 of 900', () => {
    const found = driftMonitors([minute(7, [100, 10], [900, 9])], []);
    const known = 9.5 / 901;
    const score = (0.09 * Math.sqrt(90)) / Math.sqrt(known * (1 - known));
    expect(found).toEqual(
      [
        { monitor: 'ewma', of: 'errors', value: expect.closeTo(score / 10, 9), limit: 0.3, firstAt: '7' },
        { monitor: 'cusum', of: 'errors', value: expect.closeTo(score - 0.5, 9), limit: 5, firstAt: '7' },
      ].map((each) => ({ ...each, compared: 1, limit: expect.closeTo(each.limit, 12) })),
    );
  });

  test('the distance is of all three measures: 0 where the shares are alike, and far where one is not', () => {
    expect(distance()).toMatchObject({ of: 'all three', value: expect.closeTo(0, 12), firstAt: null });
    const stuck = minutes(3, [100, 1, { 50: 10, 200: 9 }], beside);
    const drifts = driftMonitors(stuck, LATENCY).filter(({ firstAt }) => firstAt !== null);
    expect(drifts.map(({ monitor, of }) => `${monitor} ${of}`)).toEqual([
      ...['ewma slower than 200 ms', 'cusum slower than 200 ms', 'mahalanobis all three'],
    ]);
  });

  test('of three thresholds the least and the greatest are watched; of one, no distance is taken', () => {
    const names = (thresholds: readonly number[]) => [
      ...new Set(driftMonitors([], thresholds).map(({ of }) => of)),
    ];
    expect(names([50, 100, 200])).toEqual(['errors', 'slower than 50 ms', 'slower than 200 ms', 'all three']);
    expect(names([50])).toEqual(['errors', 'slower than 50 ms']);
    expect(names([])).toEqual(['errors']);
  });

  test('a slow rise that no single interval shows is found, and what cannot be compared says nothing', () => {
    const rise = minutes(30, [1000, 8], [1000, 5]);
    const [average, sum] = driftMonitors(rise, []);
    expect([average?.firstAt, sum?.firstAt].every((at) => Number(at) > 2 && Number(at) < 20)).toBe(true);
    const alone = driftMonitors([...minutes(30, [1000, 500], null), minute(40, [0, 0], [10, 1])], []);
    for (const { value, firstAt, compared } of alone)
      expect([value, firstAt, compared]).toEqual([0, null, 0]);
  });

  test('failures are watched where the latency was not counted, as they are where it was', () => {
    const counted = minutes(30, [900, 20, { 50: 90, 200: 9 }], [900, 5, { 50: 90, 200: 9 }]);
    const uncounted = minutes(30, [900, 20, { 50: 90 }], [900, 5]);
    const of = (all: readonly Interval[]) => driftMonitors(all, LATENCY);
    expect(of(uncounted).slice(0, 2)).toEqual(of(counted).slice(0, 2));
    expect(of(uncounted)[0]).toMatchObject({ of: 'errors', compared: 30, firstAt: expect.any(String) });
    for (const { value, firstAt, compared } of of(uncounted).slice(2))
      expect([value, firstAt, compared]).toEqual([0, null, 0]);
    expect(of(counted).map(({ compared }) => compared)).toEqual([30, 30, 30, 30, 30, 30, 30]);
  });

  test('only the last 50 intervals of the baseline are known: what was before is forgotten', () => {
    const [before, now] = [minutes(60, [1000, 100], [1000, 100]), minutes(50, [1000, 5], [1000, 5])];
    const later = now.map((interval, at) => ({ ...interval, at: String(100 + at) }));
    const last = (all: typeof later) => driftMonitors([...all, minute(200, [1000, 20], [1000, 5])], []);
    const [, forgotten] = last([...before, ...later]);
    const [, never] = last(later);
    expect(forgotten?.value).toBeCloseTo(never?.value ?? 0, 9);
  });
});

test('no rule, use case or function reads it: it is shown by the command, and measured by the bench', () => {
  const readers = ['shared', 'functions', 'infra'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('drift-monitors.ts'))
      .filter((name) => readFileSync(`${folder}/${name}`, 'utf8').includes('drift-monitors')),
  );
  expect(readers).toEqual([]);
});
