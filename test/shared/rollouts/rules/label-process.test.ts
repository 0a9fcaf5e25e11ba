import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addTrials, binomialGrid } from '../../../../shared/rollouts/rules/binomial-process.ts';
import {
  addLabels,
  harmGrid,
  type LabelGrid,
  logMeanExp,
  safeGrid,
  weightTerms,
} from '../../../../shared/rollouts/rules/label-process.ts';

const share = fc.double({ min: 0.001, max: 0.999, noNaN: true });
const theta = (ratio: number, w: number) => (ratio * w) / (ratio * w + 1 - w);

/** ln E of labels, each with the share of the canary at its time. */
function logE(
  grid: LabelGrid,
  labels: readonly { readonly w: number; readonly isCanary: boolean }[],
): number {
  const sums = grid.ratios.map(() => 0);
  for (const { w, isCanary } of labels)
    addLabels(sums, grid, weightTerms(grid, w), isCanary ? 1 : 0, isCanary ? 0 : 1);
  return logMeanExp(sums);
}

/** Sum over all paths of labels of P(path) E(path), where a label is the canary's with the chance of `ratio`. */
function expectedE(grid: LabelGrid, shares: readonly number[], ratio: number): number {
  let sum = 0;
  for (let path = 0; path < 2 ** shares.length; path += 1) {
    const labels = shares.map((w, event) => ({ w, isCanary: ((path >> event) & 1) === 1 }));
    const chance = labels.reduce(
      (product, { w, isCanary }) => product * (isCanary ? theta(ratio, w) : 1 - theta(ratio, w)),
      1,
    );
    sum += chance * Math.exp(logE(grid, labels));
  }
  return sum;
}

describe('one label', () => {
  test('is a fair game under the null, for every alternative, weight and r0', () => {
    fc.assert(
      fc.property(share, fc.double({ min: 1, max: 3, noNaN: true }), fc.boolean(), (w, base, isHarm) => {
        const grid = isHarm ? harmGrid(base) : safeGrid(base + 0.2);
        const atNull = theta(grid.null, w);
        weightTerms(grid, w).forEach((term, k) => {
          const ifCanary = Math.exp(term + (grid.logRatios[k] ?? 0));
          expect(atNull * ifCanary + (1 - atNull) * Math.exp(term)).toBeCloseTo(1, 12);
        });
      }),
    );
  });
});

describe('all label paths', () => {
  const ladder = [0.01, 0.01, 0.05, 0.05, 0.05, 0.1, 0.1, 0.25, 0.25, 0.5, 0.5, 0.5];

  test.each(ladder.map((_, index) => index + 1))(
    'of %i events up the ladder: P0 times E sums to 1',
    (events) => {
      const shares = ladder.slice(0, events);
      expect(Math.abs(expectedE(harmGrid(1), shares, 1) - 1)).toBeLessThan(1e-12);
      expect(Math.abs(expectedE(harmGrid(1.1), shares, 1.1) - 1)).toBeLessThan(1e-12);
      expect(Math.abs(expectedE(safeGrid(1.5), shares, 1.5) - 1)).toBeLessThan(1e-12);
    },
  );

  test('of 10 events: E is expected to shrink for a canary better than the null, or worse than what SAFE rules out', () => {
    expect(expectedE(harmGrid(1), ladder.slice(2), 0.8)).toBeLessThan(1);
    expect(expectedE(safeGrid(1.5), ladder.slice(2), 2)).toBeLessThan(1);
  });

  test('never reach 1/alpha with a chance above alpha, whenever one stops', () => {
    const shares = [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5];
    for (const alpha of [0.5, 0.2, 0.05]) {
      let crossed = 0;
      for (let path = 0; path < 4096; path += 1) {
        const labels = shares.map((w, event) => ({ w, isCanary: ((path >> event) & 1) === 1 }));
        if (labels.some((_, last) => logE(harmGrid(1), labels.slice(0, last + 1)) >= Math.log(1 / alpha)))
          crossed += 1;
      }
      expect(crossed).toBeGreaterThan(0);
      expect(crossed / 4096).toBeLessThanOrEqual(alpha);
    }
  });
});

describe('the mean of e-values', () => {
  test('does not overflow, whatever the counts', () => {
    const grid = harmGrid(1);
    const sums = grid.ratios.map(() => 0);
    addLabels(sums, grid, weightTerms(grid, 0.01), 5_000_000, 10);
    expect(Number.isFinite(logMeanExp(sums))).toBe(true);
    expect(logMeanExp(sums)).toBeGreaterThan(1e6);
    expect(logMeanExp([-1e9, -1e9])).toBe(-1e9);
  });

  test('tempered by any factor of 1 or more is at most 1 more than it was', () => {
    const sums = fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 1, maxLength: 7 });
    fc.assert(
      fc.property(sums, fc.double({ min: 1, max: 20, noNaN: true }), (values, phi) => {
        expect(Math.exp(logMeanExp(values, phi))).toBeLessThanOrEqual(
          (1 + Math.exp(logMeanExp(values))) * (1 + 1e-12),
        );
      }),
    );
  });

  test('SAFE compares only with alternatives that are better than what it rules out', () => {
    expect(safeGrid(1.5).ratios).toEqual([0.5, 0.75, 1, 1.1]);
    expect(safeGrid(1.05).ratios).toEqual([0.5, 0.75, 1]);
  });
});

describe('a request under the kill switch', () => {
  test('is a fair game at the limit, and a losing one below it, for every alternative', () => {
    const limit = fc.double({ min: 0.001, max: 0.6, noNaN: true });
    fc.assert(
      fc.property(limit, fc.double({ min: 0, max: 1, noNaN: true }), (p0, part) => {
        const { ofBad, ofGood } = binomialGrid(p0);
        const expected = (p: number, k: number) =>
          p * Math.exp(ofBad[k] ?? 0) + (1 - p) * Math.exp(ofGood[k] ?? 0);
        ofBad.forEach((_, k) => {
          expect(expected(p0, k)).toBeCloseTo(1, 12);
          expect(expected(p0 * part, k)).toBeLessThanOrEqual(1 + 1e-12);
        });
      }),
    );
  });

  test('counts the same one by one and in intervals', () => {
    const grid = binomialGrid(0.05);
    const together = grid.ofBad.map(() => 0);
    const single = grid.ofBad.map(() => 0);
    addTrials(together, grid, 10, 3);
    for (let request = 0; request < 10; request += 1) addTrials(single, grid, 1, request < 3 ? 1 : 0);
    expect(logMeanExp(single)).toBeCloseTo(logMeanExp(together), 12);
  });
});
