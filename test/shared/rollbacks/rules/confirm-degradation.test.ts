import fc from 'fast-check';
import { expect, test } from 'vitest';
import { confirmDegradation } from '../../../../shared/rollbacks/rules/confirm-degradation.ts';
import type { Reading } from '../../../../shared/rollbacks/rules/readings.ts';
import { at, series } from './readings.ts';

const limits = { checks: 3, spanSeconds: 20, gapSeconds: 15, healthySeconds: 60 };
const decide = (readings: readonly Reading[], now: number, deadline = 240) =>
  confirmDegradation.decide({ readings, now: at(now), deadlineAt: at(deadline), limits });
const verdict = (letters: string, now = (letters.length - 1) * 10) => decide(series(letters), now).verdict;

test.each([
  ['bbb', 'confirmed', 'three in a row over 20 s'],
  ['gbbb', 'confirmed', 'a good one before them'],
  ['bb', 'pending', 'only two'],
  ['bbgb', 'pending', 'a good one resets'],
  ['bbub', 'pending', 'any other answer resets'],
  ['bbpb', 'pending', 'any other answer resets'],
  ['bb.b', 'pending', 'a gap resets'],
  ['bgbgb', 'pending', 'W8: flapping never confirms'],
  ['ggggggg', 'restored', '60 s of health'],
  ['gggggg', 'pending', '50 s of health'],
  ['ggg.gggg', 'pending', 'a gap breaks health too'],
  ['bbbggggggg', 'restored', 'health after a confirmation'],
])('%s is %s: %s', (letters, expected) => {
  expect(verdict(letters)).toBe(expected);
});

test('three bad readings within less than 20 s do not confirm', () => {
  const close = [0, 5, 19.9].map((seconds) => ({
    health: 'Degraded',
    sync: 'Synced',
    observedAt: at(seconds),
  }));
  expect(decide(close, 20).verdict).toBe('pending');
});

test('bad readings of another revision do not count: it is another episode', () => {
  const readings = series('bbbb').map((reading, index) => ({
    ...reading,
    revision: index < 2 ? 'old' : 'new',
  }));
  expect(decide(readings, 30).verdict).toBe('pending');
  const more = series('bbbbb').map((reading, index) => ({ ...reading, revision: index < 2 ? 'old' : 'new' }));
  expect(decide(more, 40).verdict).toBe('confirmed');
});

test('W13: a service scaled to zero is not degraded', () => {
  expect(decide(series('bbbbb', { desired: 0, available: 0 }), 40).verdict).toBe('pending');
});

test.each([
  ['bgbgb', 'not-confirmed'],
  ['', 'readings-missing'],
  ['uuu', 'readings-missing'],
  ['upu', 'not-confirmed'],
  ['b', 'readings-missing'],
  ['b..b..b', 'readings-missing'],
  ['buuub', 'readings-missing'],
  ['bbb', 'confirmed'],
])('at the deadline %s is %s', (letters, expected) => {
  expect(verdict(letters, 240)).toBe(expected);
});

test('health that is too old to speak for now restores nothing', () => {
  expect(verdict('ggggggg', 76)).toBe('pending');
});

test('a confirmation always rests on three bad readings in a row without a gap', () => {
  const letters = fc.string({ unit: fc.constantFrom('b', 'g', 'u', '.'), maxLength: 24 });
  fc.assert(
    fc.property(letters, (text) => {
      const { verdict: found } = decide(series(text), text.length * 10);
      expect(found === 'confirmed').toBe(/bbb\.*$/.test(text));
    }),
  );
});
