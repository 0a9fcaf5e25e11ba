import jStat from 'jstat';
import { describe, expect, test } from 'vitest';
import { lowerBound, upperBound } from '../../bench/canary-intervals.ts';
import { isHigh } from '../../bench/canary-mann-whitney.ts';
import { argoStyle, flaggerStyle, kayentaStyle, zTestEachMinute } from '../../bench/canary-rivals.ts';
import type { Minute } from '../../bench/canary-traffic.ts';

/** Minutes of 100 requests in the canary and 900 beside it, with these failures. */
function minutes(canary: readonly number[], baseline = 0, requests = 100): readonly Minute[] {
  return canary.map((failures) => ({
    canary: { requests, failures, slower: [] },
    baseline: { requests: 900, failures: baseline, slower: [] },
  }));
}

describe('the Clopper-Pearson bounds', () => {
  test.each([
    [0, 20_000],
    [1, 10],
    [37, 20_000],
    [167, 20_000],
    [1030, 2000],
    [1999, 2000],
  ])('of %d in %d are quantiles of the beta distribution', (hits, runs) => {
    expect(upperBound(hits, runs, 0.01)).closeTo(jStat.beta.inv(0.99, hits + 1, runs - hits), 1e-9);
    const low = hits === 0 ? 0 : jStat.beta.inv(0.01, hits, runs - hits + 1);
    expect(lowerBound(hits, runs, 0.01)).closeTo(low, 1e-9);
  });

  test('of everything is 1', () => {
    expect(upperBound(5, 5, 0.01)).toBe(1);
  });
});

describe('the rules of others', () => {
  test('as Argo: the fourth minute over 1 % goes back, whatever lies between', () => {
    expect(argoStyle(minutes([2, 0, 2, 1, 2, 0, 2, 2]))).toBe(7);
    expect(argoStyle(minutes([2, 2, 2, 1, 1, 1, 1]))).toBeUndefined();
    expect(argoStyle(minutes([0, 0, 0, 0, 0], 0, 0))).toBeUndefined();
  });

  test('as Flagger: the tick after the fifth failed check goes back, and no traffic is a failed check', () => {
    expect(flaggerStyle(minutes([2, 2, 0, 2, 2, 2, 0]))).toBe(7);
    expect(flaggerStyle(minutes([2, 2, 2, 2, 2]))).toBeUndefined();
    expect(flaggerStyle(minutes([0, 0, 0, 0, 0, 0], 0, 0))).toBe(6);
  });

  test('as a z-test of all counts so far: 1 % on one side, each minute', () => {
    // z = 2.24 after 2 of 100 against 3 of 900, 3.17 after twice as much
    expect(zTestEachMinute(minutes([2, 2], 3))).toBe(2);
    expect(zTestEachMinute(minutes([0, 0, 0], 0))).toBeUndefined();
    expect(zTestEachMinute(minutes([0, 0, 0], 9))).toBeUndefined();
  });

  test('as Kayenta: only at the end of a quarter', () => {
    const late = [1, 0, 9, 8, 9, 7, 9, 8, 9, 8, 7, 8];
    const half = [1, 1, 1, 1, 1, 1, 9, 8, 9, 7, 9, 8];
    expect(kayentaStyle(minutes([9, 8, 9, 7, 9, 8, 9, 7], 9))).toBe(2);
    expect(kayentaStyle(minutes(late, 9))).toBe(12);
    // as often alike as above: the lower bound of the shift is 0, not what a solver leaves of it
    expect(kayentaStyle(minutes(half, 9))).toBeUndefined();
    expect(kayentaStyle(minutes([1, 1, 1, 1], 9))).toBeUndefined();
  });

  test('as Kayenta: arms without numbers or alike are not High, constants are compared', () => {
    expect([isHigh([], [1]), isHigh([1, 1], [1, 1]), isHigh([2, 2], [1, 1])]).toEqual([false, false, true]);
  });
});
