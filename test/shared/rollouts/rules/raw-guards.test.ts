import { describe, expect, test } from 'vitest';
import type { Interval, SloGuard } from '../../../../shared/rollouts/judge-contract.ts';
import { judgeSettings } from '../../../../shared/rollouts/rules/judge-settings.ts';
import { rawGuards } from '../../../../shared/rollouts/rules/raw-guards.ts';
import { minute, minutes } from './counts.ts';

const settings = judgeSettings({ killSwitch: { slowerThan: 1500 } });
const guard = (intervals: readonly Interval[], ...slos: readonly SloGuard[]) =>
  rawGuards.decide({ intervals, settings, slos });
const slo = { name: 'answers', errorRate: 0.01, slowerThan: null, slowShare: null };
const fast = { name: 'fast', errorRate: null, slowerThan: 300, slowShare: 0.05 };

describe('raw thresholds', () => {
  test('hold at 5 % of failures in the latest minute, and say so', () => {
    const held = guard([minute(0, [100, 0], [900, 0]), minute(1, [100, 5], [900, 0])]);
    expect(held).toEqual({ verdict: 'HOLD', crossed: ['at 1 5 of 100 requests failed: 5 % or more'] });
    expect(guard([minute(0, [100, 4], [900, 0])]).verdict).toBe('CLEAR');
  });

  test('hold where the p99 is five times that of the baseline: 1 % are slower than that', () => {
    expect(guard([minute(0, [300, 0, { 1500: 3 }], null)]).verdict).toBe('HOLD');
    expect(guard([minute(0, [301, 0, { 1500: 3 }], null)]).verdict).toBe('CLEAR');
  });

  test('are no matter of one or two requests', () => {
    expect(guard([minute(0, [2, 2], [198, 0])]).verdict).toBe('CLEAR');
    expect(guard([minute(0, [3, 3], [198, 0])]).verdict).toBe('HOLD');
  });

  test('let go when the latest minute is clean, and say nothing without traffic', () => {
    expect(guard([minute(0, [100, 50], null), minute(1, [100, 0], null)]).verdict).toBe('CLEAR');
    expect(guard([minute(0, [100, 50], null), minute(1, [0, 0], null)]).verdict).toBe('HOLD');
    expect(guard([]).verdict).toBe('CLEAR');
  });

  test('hold without a kill switch too', () => {
    const off = rawGuards.decide({ intervals: minutes(1, [100, 5], null), settings: { killSwitch: null } });
    expect(off.verdict).toBe('HOLD');
  });
});

describe('the SLO', () => {
  test('holds when it is breached in three minutes in a row; a clean one sets the count back', () => {
    const breached = (...failures: number[]) => failures.map((each, at) => minute(at, [300, each], null));
    expect(guard(breached(3, 3), slo).verdict).toBe('CLEAR');
    expect(guard(breached(3, 3, 3), slo).crossed.join()).toContain('3 intervals in a row');
    expect(guard(breached(3, 3, 0, 3, 3), slo).verdict).toBe('CLEAR');
  });

  test('of latency counts the slow ones, of availability the failed ones, each by its name', () => {
    const minutesOf = (failures: number, slow: number) => minutes(3, [300, failures, { 300: slow }], null);
    expect(guard(minutesOf(0, 15), slo, fast).crossed.join()).toContain('the SLO fast was breached');
    expect(guard(minutesOf(3, 14), slo, fast).crossed.join()).toContain('the SLO answers was breached');
    expect(guard(minutesOf(2, 14), slo, fast).verdict).toBe('CLEAR');
  });

  test('whose bound nobody could count is not taken for kept by the others, and breaches nothing by itself', () => {
    expect(guard(minutes(3, [300, 0], null), fast).verdict).toBe('CLEAR');
  });
});

test('a guard never has a verdict to roll back', () => {
  const worst = guard(minutes(10, [1000, 1000, { 1500: 1000 }], [1000, 0]), slo);
  expect(worst.verdict).toBe('HOLD');
  expect(worst.crossed).toHaveLength(3);
});
