import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JudgeSettings } from '../../../../shared/rollouts/judge-contract.ts';
import { judgeSettings } from '../../../../shared/rollouts/rules/judge-settings.ts';
import { judge, minute, minutes } from './counts.ts';

const errors = { intervals: 3, errors: true, slower: [] };
/** A burst of failures of the canary in each of these minutes, of ten. */
const bursts = (...at: readonly number[]) =>
  Array.from({ length: 10 }, (_, index) => minute(index, [100, at.includes(index) ? 4 : 0], [1900, 0]));

test('one burst condemns nobody where bursts could not be read, and a third does', () => {
  expect(judge(bursts(0))).toMatchObject({ verdict: 'ROLLBACK', firstAt: '0' });
  const waiting = judge(bursts(0, 4), { spread: errors });
  expect(waiting.verdict).toBe('UNDECIDED');
  expect(waiting.reasons).toContain(
    'nobody knows whether failures come in bursts: for that the canary is rolled back once it came in 3 intervals, before only by the kill switch',
  );
  expect(judge(bursts(0, 4, 6), { spread: errors })).toMatchObject({ by: 'errors', firstAt: '6' });
});

test('the kill switch does not wait for a third interval', () => {
  const dead = judge(minutes(2, [100, 100], [1900, 0]), { spread: errors });
  expect(dead).toMatchObject({ by: 'kill-switch', firstAt: '0' });
});

test('what is known of one metric condemns, whatever is not known of another', () => {
  const slow = minutes(2, [100, 0, { 300: 12 }], [1900, 0, { 300: 2 }]);
  const latency = { thresholds: [300] };
  expect(judge(slow, { latency, spread: errors })).toMatchObject({ by: 'latency', firstAt: '0' });
  const spread = { intervals: 3, errors: false, slower: [300] };
  expect(judge(slow, { latency, spread }).verdict).toBe('UNDECIDED');
});

const counts = fc.tuple(fc.nat(12), fc.nat(12));
test('it only ever makes the judge later, and changes no number that is written down', () => {
  fc.assert(
    fc.property(fc.array(counts, { maxLength: 12 }), (given) => {
      const intervals = given.map(([canary, baseline], index) =>
        minute(index, [200, canary], [800, baseline]),
      );
      const [plain, spread] = [judge(intervals), judge(intervals, { spread: errors })];
      expect({ ...spread.intervals }).toEqual({ ...plain.intervals });
      expect(spread.logE).toBe(plain.logE);
      if (spread.firstAt !== undefined)
        expect(Number(spread.firstAt)).toBeGreaterThanOrEqual(Number(plain.firstAt));
    }),
  );
});

test('a threshold that is none is refused', () => {
  const settings = judgeSettings({ spread: { intervals: 3, errors: true, slower: [300] } });
  expect(JudgeSettings.safeParse(settings).error?.issues[0]?.message).toBe(
    'names 300, which is no threshold',
  );
  expect(judgeSettings()).not.toHaveProperty('spread');
});
