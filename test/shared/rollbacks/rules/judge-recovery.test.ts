import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judgeCi } from '../../../../shared/rollbacks/rules/judge-ci.ts';
import { judgeRecovery } from '../../../../shared/rollbacks/rules/judge-recovery.ts';
import type { Reading } from '../../../../shared/rollbacks/rules/readings.ts';
import { at, series } from './readings.ts';

const limits = { checks: 3, gapSeconds: 15, healthySeconds: 60, syncSeconds: 600, recoverySeconds: 600 };
const judge = (readings: readonly Reading[], now: number) =>
  judgeRecovery.decide({ target: 'new', mergedAt: at(0), readings, now: at(now), limits });
/** Readings that begin `from` seconds after the merge, on the target. */
const onTarget = (letters: string, from = 0, more: Partial<Reading> = {}): readonly Reading[] =>
  series(letters, { revision: 'new', ...more }).map((reading) => ({
    ...reading,
    observedAt: at((Date.parse(reading.observedAt) - Date.parse(at(0))) / 1000 + from),
  }));

test.each([
  ['ggggggg', 60, 'recovered', 'a minute of health on the target'],
  ['gggggg', 50, 'waiting', 'fifty seconds'],
  ['gggbggg', 60, 'waiting', 'one bad reading restarts the clock'],
  ['gggbggggggg', 100, 'recovered', 'a minute after the bad one'],
  ['ggg.gggg', 70, 'waiting', 'a gap restarts the clock'],
  ['gbbb', 30, 'degraded-again', 'three bad ones after a first Healthy'],
  ['gbb', 20, 'waiting', 'two bad ones'],
  ['bbbbbb', 50, 'waiting', 'bad ones before any health'],
])('%s after %i s is %s: %s', (letters, now, verdict) => {
  expect(judge(onTarget(letters), now).verdict).toBe(verdict);
});

test('the recovery deadline counts from the sync, not from the merge', () => {
  const late = onTarget('bb', 500);
  expect(judge(late, 1099).verdict).toBe('waiting');
  expect(judge(late, 1100)).toMatchObject({ verdict: 'still-degraded', syncedAt: at(500) });
});

test('without a sync the deadline counts from the merge', () => {
  expect(judge(series('ggg'), 599).verdict).toBe('waiting');
  expect(judge(series('ggg'), 600)).toMatchObject({ verdict: 'not-synced', syncedAt: null });
  expect(judge(onTarget('ggg', 0, { sync: 'OutOfSync' }), 600).verdict).toBe('not-synced');
});

test('recovered implies a minute of Healthy readings, all synced to the target', () => {
  const step = fc.record({
    letter: fc.constantFrom('g', 'g', 'g', 'g', 'b'),
    on: fc.integer({ min: 0, max: 20 }),
  });
  fc.assert(
    fc.property(fc.array(step, { minLength: 7, maxLength: 14 }), (steps) => {
      const readings = steps.flatMap(({ letter, on }, index) =>
        onTarget(letter, index * 10, on === 0 ? { revision: 'old' } : {}),
      );
      const { verdict } = judge(readings, (steps.length - 1) * 10);
      const last = readings.slice(-7);
      const sound = last.every(({ health, revision }) => health === 'Healthy' && revision === 'new');
      expect(verdict === 'recovered').toBe(sound);
    }),
  );
});

const ci = (state: 'success' | 'failure' | 'pending' | 'none' | 'unread', now: number) =>
  judgeCi.decide({
    ...{ headSha: 'h', state, now: at(now), deadlineAt: at(600) },
    checks: [
      { name: 'build', conclusion: 'failure' },
      { name: 'lint', conclusion: 'skipped' },
    ],
  });

test.each([
  ['success', 0, 'succeeded'],
  ['failure', 0, 'failed'],
  ['pending', 599, 'pending'],
  ['pending', 600, 'timed-out'],
  ['none', 0, 'pending'],
  ['none', 600, 'timed-out'],
  ['unread', 600, 'timed-out'],
] as const)('checks that are %s after %i s are %s: zero checks are no success', (state, now, verdict) => {
  expect(ci(state, now).verdict).toBe(verdict);
});

test('red checks are named, and those that count as green are not', () => {
  expect(ci('failure', 0).failed).toEqual(['build']);
});
