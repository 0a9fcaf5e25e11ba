import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { condenseIntervals } from '../../../shared/rollouts/condense-intervals.ts';
import type { Interval } from '../../../shared/rollouts/judge-contract.ts';
import { judgeRollout } from '../../../shared/rollouts/rules/judge-rollout.ts';
import { judgeSettings } from '../../../shared/rollouts/rules/judge-settings.ts';

const START = Date.UTC(2026, 0, 1, 10);
const at = (minute: number) => new Date(START + minute * 60_000).toISOString();
const arm = (requests: number, failures: number) => ({ requests, failures, slower: { '200': failures } });
const minute = (index: number, failing = 5): Interval => ({
  at: at(index),
  canary: arm(1000, failing),
  baseline: arm(9000, 45),
});
const minutes = (count: number) => Array.from({ length: count }, (_, index) => minute(index));
const layout = { from: at(0), seconds: 60, every: 1, cuts: [] };
const total = (intervals: readonly Interval[]) =>
  intervals.reduce(
    (sum, { canary, baseline }) => sum + (canary?.requests ?? 0) + (baseline?.failures ?? 0),
    0,
  );

describe('the intervals of a rollout', () => {
  test('stay as they are for an hour and a half', () => {
    expect(condenseIntervals(minutes(90), layout)).toEqual(minutes(90));
  });

  test('are few enough for one decision after two days, the latest as they were measured, nothing lost', () => {
    const condensed = condenseIntervals(minutes(2880), layout);
    expect(condensed.length).toBeLessThan(240);
    expect(condensed.slice(-30)).toEqual(minutes(2880).slice(-30));
    expect(total(condensed)).toBe(total(minutes(2880)));
  });

  test('keep their blocks as time goes on: what was added up once is added up the same way later', () => {
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 1500 }), fc.integer({ min: 1, max: 400 }), (count, more) => {
        const [before, after] = [count, count + more].map((each) => condenseIntervals(minutes(each), layout));
        const merged = (before ?? []).filter(({ end }) => end !== undefined);
        const kept = new Set((after ?? []).map((each) => JSON.stringify(each)));
        // a block of ten goes whole into one of sixty only past the grid's next zone, which starts after it
        expect(merged.every((each) => kept.has(JSON.stringify(each)))).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  test('are never added up across a change of the split, nor with what could not be compared', () => {
    const mixed = minutes(300).map(({ baseline, ...rest }, index) =>
      index % 2 === 0 ? { ...rest, ...(baseline !== undefined && { baseline }) } : rest,
    );
    const condensed = condenseIntervals(mixed, { ...layout, cuts: [at(0), at(95)] });
    const compared = condensed.filter(({ baseline }) => baseline !== undefined);
    expect(compared.reduce((sum, { canary }) => sum + (canary?.requests ?? 0), 0)).toBe(150_000);
    expect(condensed.every((each) => !(each.at < at(95) && (each.end ?? each.at) > at(95)))).toBe(true);
  });

  test('come in any order', () => {
    expect(condenseIntervals(minutes(300).toReversed(), layout)).toEqual(
      condenseIntervals(minutes(300), layout),
    );
  });

  test('say of the canary what they said before: the same split gives the same evidence', () => {
    const settings = judgeSettings({});
    const read = (intervals: readonly Interval[]) =>
      Number(judgeRollout.decide({ intervals, settings }).logE);
    const all = Array.from({ length: 600 }, (_, index) => minute(index, index % 7));
    expect(read(condenseIntervals(all, layout))).toBeCloseTo(read(all), 6);
  });
});
