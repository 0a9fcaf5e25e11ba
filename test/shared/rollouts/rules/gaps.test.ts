import { describe, expect, test } from 'vitest';
import { gapsIn, gapsText, isMostlyAbsent, stageGapsIn } from '../../../../shared/rollouts/rules/gaps.ts';
import { judgeRollout } from '../../../../shared/rollouts/rules/judge-rollout.ts';
import { judgeSettings } from '../../../../shared/rollouts/rules/judge-settings.ts';
import { minute, minutes } from './counts.ts';

const [canary, baseline] = [
  [100, 1],
  [900, 5],
] as const;
const torn = [
  ...minutes(25, canary, baseline),
  ...minutes(12, canary, null),
  ...minutes(3, null, baseline),
].map((each, index) => ({ ...each, at: String(index) }));

test('intervals that lack an arm are counted by the arm, apart from an arm without a request', () => {
  expect(gapsIn(torn)).toEqual({ intervals: 40, baseline: 12, canary: 3, idle: 0 });
  const idle = [...torn, minute(40, [0, 0], baseline)];
  expect(gapsText(gapsIn(idle) ?? expect.fail())).toBe(
    '12 of 41 interval(s) lack the baseline, 3 the canary: nobody measured it there; in 1 an arm was measured and had no request',
  );
  expect(gapsIn([...minutes(5, canary, baseline), minute(5, [0, 0], baseline)])).toBeUndefined();
});

test('the judge says so with whatever it says; what was recorded without it keeps its words', () => {
  const settings = judgeSettings();
  const gaps = gapsIn(torn);
  const told = judgeRollout.decide({ intervals: torn, settings, ...(gaps !== undefined && { gaps }) });
  const before = judgeRollout.decide({ intervals: torn, settings });
  expect(told.reasons.at(-1)).toContain('12 of 40 interval(s) lack the baseline, 3 the canary');
  expect(before.reasons.at(-1)).toBe('15 interval(s) without traffic in both arms say nothing');
  expect({ ...told, reasons: [] }).toEqual({ ...before, reasons: [] });
});

describe('a stage', () => {
  test('of which one interval in ten was compared was mostly not measured', () => {
    const found = stageGapsIn([...minutes(9, canary, null), minute(9, canary, baseline)]);
    expect(found).toEqual({ since: '0', intervals: 10, absent: 9 });
    expect(isMostlyAbsent(found)).toBe(true);
  });

  test('lacks both arms where what came is no count', () => {
    expect(stageGapsIn([{ at: '0' }, minute(1, canary, baseline)])).toMatchObject({ absent: 1 });
  });

  test('lacks nothing where the arm is called so rarely that it may have had no request', () => {
    expect(stageGapsIn([...minutes(9, null, [19, 0]), minute(9, [1, 0], [19, 0])])).toBeUndefined();
    expect(stageGapsIn(minutes(9, null, [19, 0]))).toMatchObject({ absent: 9 });
  });

  test('without a gap has none', () => {
    expect([stageGapsIn([]), stageGapsIn(minutes(3, canary, baseline))]).toEqual([undefined, undefined]);
    expect(isMostlyAbsent(undefined)).toBe(false);
  });
});
