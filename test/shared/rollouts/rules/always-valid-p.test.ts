import { expect, test } from 'vitest';
import { alwaysValidP } from '../../../../shared/rollouts/rules/always-valid-p.ts';
import { judgeSettings } from '../../../../shared/rollouts/rules/judge-settings.ts';
import { minute, minutes } from './counts.ts';

const after = (...logs: readonly number[]) => ({
  intervals: logs.map((log, at) => ({ at: String(at), logE: String(log), logSafe: '0' })),
});
const FROZEN = { intervals: [], settings: judgeSettings() };
const READ = { intervals: [], settings: judgeSettings({ fano: 'estimate', estimateAfter: 0 }) };

test('without evidence it is 1, and it is never more', () => {
  expect(alwaysValidP(after(), FROZEN)).toBe(1);
  expect(alwaysValidP(after(-3, -4), FROZEN)).toBe(1);
});

test('it is one over the greatest E so far: evidence that fades again does not raise it', () => {
  expect(alwaysValidP(after(0, Math.log(20)), FROZEN)).toBeCloseTo(0.05, 12);
  expect(alwaysValidP(after(0, Math.log(20), -5), FROZEN)).toBeCloseTo(0.05, 12);
  expect(alwaysValidP(after(2000), FROZEN)).toBe(0);
});

test('a factor read from the same data costs 1 of E, as it does in the limits', () => {
  expect(alwaysValidP(after(Math.log(21)), READ)).toBeCloseTo(0.05, 12);
  expect(alwaysValidP(after(Math.log(1.9)), READ)).toBe(1);
});

test('while the judge waits for the factor, evidence is none yet', () => {
  const inputs = {
    intervals: minutes(9, [10, 1], [90, 1]),
    settings: judgeSettings({ fano: 'estimate', estimateAfter: 3 }),
  };
  expect(alwaysValidP(after(50, 50), inputs)).toBe(1);
  expect(alwaysValidP(after(50, 50, Math.log(21)), inputs)).toBeCloseTo(0.05, 12);
});

test('it waits for intervals that have a baseline, as the judge does, wherever the others stand', () => {
  const settings = judgeSettings({ fano: 'estimate', estimateAfter: 3 });
  const beside = [null, [0, 0], [90, 1], [90, 1], null, [90, 1]] as const;
  const intervals = beside.map((baseline, at) => minute(at, [10, 1], baseline));
  expect(alwaysValidP(after(50, 50, 50, 50, 50), { intervals: intervals.slice(0, 5), settings })).toBe(1);
  const last = after(50, 50, 50, 50, 50, Math.log(21));
  expect(alwaysValidP(last, { intervals, settings })).toBeCloseTo(0.05, 12);
});
