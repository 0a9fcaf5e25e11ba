import { describe, expect, test } from 'vitest';
import { judgeRollout } from '../../../../shared/rollouts/rules/judge-rollout.ts';
import { judgeSettings } from '../../../../shared/rollouts/rules/judge-settings.ts';
import { judge, minute, minutes } from './counts.ts';

/** Faults that users of other tools have reported, held against the rule. */
describe('Argo Rollouts #1411: a failed verdict was overwritten by a later successful one', () => {
  const failed = minutes(3, [50, 3], [950, 1]);
  const fine = Array.from({ length: 400 }, (_, at) => minute(at + 3, [500, 2], [500, 2]));

  test('a canary that was condemned is condemned, however long it does well afterwards', () => {
    expect(judge(failed)).toMatchObject({ verdict: 'ROLLBACK' });
    const later = judge([...failed, ...fine]);
    expect(Number(later.logE)).toBeLessThan(0);
    expect(later).toMatchObject({ verdict: 'ROLLBACK', firstAt: judge(failed).firstAt });
  });

  test('a condemnation outlives a revision that would not have given it', () => {
    const settings = judgeSettings();
    const standing = { by: 'errors', at: '0' } as const;
    expect(judgeRollout.decide({ intervals: fine, settings }).verdict).toBe('SAFE');
    expect(judgeRollout.decide({ intervals: fine, settings, standing }).verdict).toBe('ROLLBACK');
  });
});

describe('Argo Rollouts #3850: an inconclusive analysis was promoted', () => {
  test('what shows neither harm nor safety is UNDECIDED and never SAFE, however often it is asked', () => {
    const thin = minutes(5, [20, 0], [380, 2]);
    expect(Array.from({ length: 20 }, () => judge(thin).verdict)).toEqual(Array(20).fill('UNDECIDED'));
    expect(judge(minutes(400, [20, 0], [380, 0]))).toMatchObject({ verdict: 'UNDECIDED', logSafe: '0' });
  });
});

describe('Flagger #1011: the traffic stops, and the release goes on', () => {
  const some = minutes(4, [100, 1], [900, 5]);

  test.each([
    ['both arms are silent', Array.from({ length: 60 }, (_, at) => minute(at + 4, [0, 0], [0, 0]))],
    ['the canary alone is silent', Array.from({ length: 60 }, (_, at) => minute(at + 4, [0, 0], [900, 5]))],
    ['nothing is measured any more', Array.from({ length: 60 }, (_, at) => minute(at + 4, null, null))],
  ])('an hour in which %s brings SAFE no nearer', (_, silence) => {
    const [before, after] = [judge(some), judge([...some, ...silence])];
    expect(after).toMatchObject({ verdict: 'UNDECIDED', logSafe: before.logSafe, needed: before.needed });
    expect(after.reasons.join()).toContain('60 interval(s) without traffic in both arms say nothing');
  });

  test('a canary that never had traffic is UNDECIDED, and the reason says so', () => {
    const silent = judge(minutes(60, [0, 0], [900, 5]));
    expect(silent.verdict).toBe('UNDECIDED');
    expect(silent.reasons).toContain('the canary had no traffic: nothing can be compared');
  });
});

describe('Kayenta #799: errors in the canary alone, the baseline has none', () => {
  test('failures of the canary beside a baseline without any are evidence', () => {
    expect(judge(minutes(2, [100, 3], [900, 0])).verdict).toBe('ROLLBACK');
  });
});
