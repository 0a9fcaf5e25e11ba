import { describe, expect, test } from 'vitest';
import type { GivenSettings } from '../../../../shared/rollouts/judge-contract.ts';
import { estimateFano } from '../../../../shared/rollouts/rules/dispersion.ts';
import { judgeRollout } from '../../../../shared/rollouts/rules/judge-rollout.ts';
import { judgeSettings } from '../../../../shared/rollouts/rules/judge-settings.ts';
import { arm, judge, minute, minutes } from './counts.ts';

const E = (log: string) => Math.exp(Number(log));

describe('latency', () => {
  const slow = (at: number, canary: number, baseline: number, more: Record<string, number> = {}) =>
    minute(at, [100, 0, { 300: canary, ...more }], [900, 0, { 300: baseline, ...more }]);

  test('is judged by the requests slower than frozen thresholds', () => {
    const intervals = [slow(0, 9, 2), slow(1, 9, 2)];
    expect(judge(intervals)).toMatchObject({ verdict: 'UNDECIDED' });
    expect(judge(intervals, { latency: { thresholds: [300] } })).toMatchObject({
      verdict: 'ROLLBACK',
      by: 'latency',
    });
  });

  test('and errors share one alpha: what is compared with 1/alpha is the mean of their e-values', () => {
    const both = [minute(0, [100, 4, { 300: 0 }], [900, 3, { 300: 0 }])];
    const errors = E(judge(both).logE);
    expect(E(judge(both, { latency: { thresholds: [300] } }).logE)).toBeCloseTo((errors + 1) / 2, 8);
  });

  test('at several thresholds is the mean of theirs', () => {
    const intervals = [minute(0, [100, 0, { 100: 30, 300: 6 }], [900, 0, { 100: 200, 300: 6 }])];
    const of = (...thresholds: number[]) => 2 * E(judge(intervals, { latency: { thresholds } }).logE) - 1;
    expect(of(100, 300)).toBeCloseTo((of(100) + of(300)) / 2, 6);
  });

  test('at several thresholds is the mean weighted as the settings say', () => {
    const intervals = [minute(0, [100, 0, { 100: 30, 300: 6 }], [900, 0, { 100: 200, 300: 6 }])];
    const of = (latency: GivenSettings['latency']) => 2 * E(judge(intervals, { latency }).logE) - 1;
    const alone = (ms: number) => of({ thresholds: [ms] });
    const thresholds = [100, 300];
    const weighed = of({ thresholds, weights: { 100: 1, 300: 3 } });
    expect(weighed).toBeCloseTo((alone(100) + 3 * alone(300)) / 4, 6);
    expect(of({ thresholds, weights: { 100: 2, 300: 2 } })).toBe(of({ thresholds }));
  });

  test('must be ruled out to be worse at every certified threshold before a canary is SAFE', () => {
    const intervals = minutes(60, [1000, 5, { 300: 20, 900: 0 }], [1000, 5, { 300: 20, 900: 0 }]);
    expect(judge(intervals, { latency: { thresholds: [300] } }).verdict).toBe('SAFE');
    const silent = judge(intervals, { latency: { thresholds: [300, 900] } });
    expect(silent).toMatchObject({
      verdict: 'UNDECIDED',
      needed: { of: 'slower than 900 ms', requests: null },
    });
    expect(judge(intervals, { latency: { thresholds: [300, 900], certify: [300] } }).verdict).toBe('SAFE');
  });

  test('says nothing where a threshold was not measured in both arms', () => {
    const half = { at: '0', canary: arm([100, 0, { 300: 50 }]), baseline: arm([900, 0]) };
    expect(judge([half], { latency: { thresholds: [300] } })).toMatchObject({
      verdict: 'UNDECIDED',
      logE: '0',
    });
  });
});

describe('failures in bursts', () => {
  /** Five failures at once, now and then, in a baseline of one failure a minute on average. */
  const bursts = Array.from({ length: 60 }, (_, at) => minute(at, null, [1000, at % 5 === 0 ? 5 : 0]));

  test('have a factor of variance over mean, read from the baseline; independent ones have 1', () => {
    expect(estimateFano(bursts)).toBeCloseTo((240 / 59) * (1 + Math.sqrt(2 / 59)), 9);
    expect(estimateFano(minutes(60, null, [1000, 2]))).toBe(1);
    const noise = [1, 0, 2, 1, 3, 0, 1, 1, 2, 0].map((failures, at) => minute(at, null, [1000, failures]));
    expect(estimateFano(noise)).toBe(1);
  });

  test('are no bursts where only the baseline shrinks from stage to stage', () => {
    const shares = [950, 950, 950, 900, 900, 900, 500, 500, 500, 500];
    expect(estimateFano(shares.map((n, at) => minute(at, null, [n * 100, n])))).toBe(1);
  });

  test('count as one each: the factor divides the labels', () => {
    const burst = [minute(0, [50, 5], [950, 0])];
    expect(judge(burst).verdict).toBe('ROLLBACK');
    const known = judge(burst, { fano: 5 });
    expect(known.verdict).toBe('UNDECIDED');
    // e^(s/5) of five labels is e^s of one
    expect(Number(known.logE)).toBeCloseTo(Number(judge([minute(0, [50, 1], [950, 0])]).logE), 9);
  });

  test('are divided by the factor of what they are: of failures, or of slowness at a threshold', () => {
    const slow = [minute(0, [100, 5, { 300: 9, 900: 9 }], [900, 3, { 300: 2, 900: 2 }])];
    const by = (errors: number, of300: number, of900: number) =>
      E(
        judge(slow, {
          latency: { thresholds: [300, 900] },
          fano: { errors, slower: { 300: of300, 900: of900 } },
        }).logE,
      );
    const alone = (fano: number) => E(judge(slow, { fano, latency: { thresholds: [300] } }).logE);
    const errors = (fano: number) => E(judge(slow, { fano }).logE);
    const slowAt = (fano: number) => 2 * alone(fano) - errors(fano);
    expect(by(1, 1, 1)).toBeCloseTo(E(judge(slow, { latency: { thresholds: [300, 900] } }).logE), 8);
    expect(by(2, 3, 4)).toBeCloseTo((errors(2) + (slowAt(3) + slowAt(4)) / 2) / 2, 6);
  });

  test('divide both limits of the kill switch, each by its own factor', () => {
    const stuck = [minute(0, [100, 0, { 1500: 12 }], null)];
    const given = (slow: number) => ({
      killSwitch: { slowerThan: 1500 },
      fano: { errors: 1, slower: { 1500: slow } },
    });
    expect(judge(stuck, given(1)).by).toBe('kill-switch');
    expect(judge(stuck, given(6)).verdict).toBe('UNDECIDED');
  });

  test('are not known before the baseline was seen long enough: until then only the kill switch rolls back', () => {
    const bad = (count: number) => minutes(count, [50, 2], [950, 0]);
    expect(judge(bad(14)).verdict).toBe('ROLLBACK');
    const waiting = judge(bad(14), { fano: 'estimate' });
    expect(waiting.verdict).toBe('UNDECIDED');
    expect(waiting.reasons.join()).toContain('before 15 intervals of it only the kill switch rolls back');
    expect(judge(bad(15), { fano: 'estimate' })).toMatchObject({ verdict: 'ROLLBACK', firstAt: '14' });
    const dead = minutes(2, [50, 50], [950, 0]);
    expect(judge(dead, { fano: 'estimate' })).toMatchObject({ by: 'kill-switch', firstAt: '0' });
  });

  test('that are estimated are taken at once by settings that were recorded before', () => {
    const { estimateAfter, ...settings } = judgeSettings({ fano: 'estimate' });
    expect(estimateAfter).toBe(15);
    const intervals = minutes(3, [50, 2], [950, 0]);
    expect(judgeRollout.decide({ intervals, settings }).firstAt).toBe('1');
    expect(judgeSettings({ fano: 2 })).not.toHaveProperty('estimateAfter');
  });

  test('that are estimated as they come count less once they were seen', () => {
    const mixed = bursts.map(({ at, baseline }) => ({
      at,
      canary: arm([50, ['30', '40', '50'].includes(at) ? 5 : 0]),
      ...(baseline !== undefined && { baseline }),
    }));
    const [plain, estimated] = [judge(mixed), judge(mixed, { fano: 'estimate' })];
    expect([plain.verdict, estimated.verdict]).toEqual(['ROLLBACK', 'UNDECIDED']);
    expect(E(estimated.limits.logE)).toBeCloseTo(126, 6);
  });
});

describe('guards that only ever forbid a rollback', () => {
  test('a least difference: three times as bad is no matter where hardly anything fails', () => {
    const rare = [minute(0, [1_000_000, 60], [1_000_000, 10])];
    const far = { largeSample: null };
    expect(judge(rare, far).verdict).toBe('ROLLBACK');
    expect(judge(rare, { ...far, floor: 0.0005 }).verdict).toBe('UNDECIDED');
    expect(judge([minute(0, [1000, 60], [1000, 10])], { floor: 0.0005 }).verdict).toBe('ROLLBACK');
  });

  test('beyond a million requests a ratio of 1.1 is no harm', () => {
    const many = minutes(40, [1_000_000, 11_500], [1_000_000, 10_000]);
    expect(judge(many, { largeSample: null }).verdict).toBe('ROLLBACK');
    expect(judge(many).verdict).not.toBe('ROLLBACK');
    expect(judge(minutes(40, [1_000_000, 13_000], [1_000_000, 10_000])).verdict).toBe('ROLLBACK');
  });
});

describe('the kill switch', () => {
  test('needs no baseline: a canary that answers nothing is back at once', () => {
    expect(judge([minute(0, [4, 4], null)])).toMatchObject({ verdict: 'ROLLBACK', by: 'kill-switch' });
    expect(judge([minute(0, [4, 4], null)], { killSwitch: null }).verdict).toBe('UNDECIDED');
  });

  test('does not stop a canary at 5 %, nor one at 1 %, however long it looks', () => {
    expect(judge(minutes(200, [200, 10], null)).verdict).toBe('UNDECIDED');
    expect(judge(minutes(200, [200, 2], null)).verdict).toBe('UNDECIDED');
    expect(judge(minutes(200, [200, 16], null))).toMatchObject({ verdict: 'ROLLBACK', by: 'kill-switch' });
  });

  test('looks at requests slower than five times the p99 of the baseline as well', () => {
    const killSwitch = { slowerThan: 1500 };
    const stuck = [minute(0, [100, 0, { 1500: 12 }], null)];
    expect(judge(stuck, { killSwitch })).toMatchObject({ verdict: 'ROLLBACK', by: 'kill-switch' });
    expect(judge(stuck).verdict).toBe('UNDECIDED');
    expect(judge(minutes(50, [100, 0, { 1500: 1 }], null), { killSwitch }).verdict).toBe('UNDECIDED');
  });
});

test('a judgement has the same outcome to the byte, and no number that is not text', () => {
  const inputs = {
    intervals: minutes(40, [100, 2], [900, 4]),
    settings: judgeSettings({ fano: 'estimate' }),
  };
  const once = JSON.stringify(judgeRollout.decide(inputs));
  expect(JSON.stringify(judgeRollout.decide(inputs))).toBe(once);
  expect(once).not.toMatch(/:-?\d/);
});
