import { expect, test } from 'vitest';
import { alwaysValidP } from '../../../../shared/rollouts/rules/always-valid-p.ts';

const after = (...logs: readonly number[]) => ({
  intervals: logs.map((log, at) => ({ at: String(at), logE: String(log), logSafe: '0' })),
});
const FROZEN = { fano: 1 };

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
  expect(alwaysValidP(after(Math.log(21)), { fano: 'estimate' })).toBeCloseTo(0.05, 12);
  expect(alwaysValidP(after(Math.log(1.9)), { fano: 'estimate' })).toBe(1);
});

test('while the judge waits for the factor, evidence is none yet', () => {
  const settings = { fano: 'estimate' as const, estimateAfter: 3 };
  expect(alwaysValidP(after(50, 50), settings)).toBe(1);
  expect(alwaysValidP(after(50, 50, Math.log(21)), settings)).toBeCloseTo(0.05, 12);
});
