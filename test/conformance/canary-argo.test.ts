import { describe, expect, test } from 'vitest';
import { argoStyle } from '../../bench/canary-rivals.ts';
import type { Minute } from '../../bench/canary-traffic.ts';
import type { Interval } from '../../shared/rollouts/judge-contract.ts';
import { readJudgeDocument } from '../../shared/rollouts/rules/judge-document.ts';
import { judgeRollout } from '../../shared/rollouts/rules/judge-rollout.ts';
import { judgeSettings } from '../../shared/rollouts/rules/judge-settings.ts';
import { judge, minute, minutes } from '../shared/rollouts/rules/counts.ts';
import { accountFor, noHandbook, rows } from './canary-vectors.ts';

type Phase = {
  readonly id: string;
  readonly input: {
    readonly metric: Readonly<Record<string, number | string | null>>;
    readonly result: Readonly<Record<string, number>>;
    readonly terminating: boolean;
  };
  readonly expected: { readonly phase: string };
};

/** Minutes of 100 requests of the canary beside 900: a failed measurement is 2 % failures, where the limit is 1 %. */
const GOOD = [100, 0] as const;
const BAD = [100, 2] as const;
const BASELINE = [900, 0] as const;

/** The measurements that a row counts, as intervals: what is inconclusive or in error is what nobody measured. */
function intervalsOf({ input: { result } }: Phase): readonly Interval[] {
  const { successful = 0, failed = 0, inconclusive = 0, error = 0, consecutiveError = 0 } = result;
  const times = (count: number, canary: readonly [number, number] | null) =>
    new Array<readonly [number, number] | null>(count).fill(canary);
  return [
    ...times(successful, GOOD),
    ...times(inconclusive + Math.max(error, consecutiveError), null),
    ...times(failed, BAD),
  ].map((canary, at) => minute(at, canary, canary === null ? null : BASELINE));
}

describe.skipIf(noHandbook)("the phases of Argo's metrics, with the same measurements judged by ours", () => {
  const cases = rows<Phase>('argo_metric_phase.json');
  const ours = (row: Phase) => judge(intervalsOf(row)).verdict;

  test.each(cases.map((row) => [row.id, row] as const))(
    '%s: failures of the canary alone are a rollback from the third minute on, all else is UNDECIDED',
    (_, row) => {
      const { failed = 0 } = row.input.result;
      expect(ours(row)).toBe(failed >= 3 ? 'ROLLBACK' : 'UNDECIDED');
    },
  );

  test('differ on purpose where nothing was shown: ended without a good measurement it is Successful there', () => {
    const unproven = cases.filter(
      ({ input, expected }) =>
        expected.phase === 'Successful' && input.terminating && input.result.successful === 0,
    );
    expect(unproven.map(({ id }) => id.slice('argo.metricphase.'.length))).toEqual(['2', '8', '48', '51']);
    expect(unproven.map(ours)).toEqual(['UNDECIDED', 'ROLLBACK', 'UNDECIDED', 'UNDECIDED']);
  });

  test('differ on purpose where an end makes a run Successful that was still Running: an end shows nothing', () => {
    const key = ({ input: { metric, result } }: Phase) => JSON.stringify([metric, result]);
    const running = new Set(cases.filter(({ expected }) => expected.phase === 'Running').map(key));
    const ended = cases.filter(
      (row) => row.input.terminating && row.expected.phase === 'Successful' && running.has(key(row)),
    );
    expect(ended).toHaveLength(8);
    for (const row of ended) expect(ours(row)).not.toBe('SAFE');
  });

  test('no row is SAFE for ours, and each phase of Argo stands beside so many verdicts', () => {
    const counted: Record<string, number> = {};
    for (const row of cases) {
      const key = `${row.expected.phase} ${ours(row)}`;
      counted[key] = (counted[key] ?? 0) + 1;
    }
    expect(counted).toEqual({
      ...{
        'Successful ROLLBACK': 17,
        'Successful UNDECIDED': 4,
        'Failed ROLLBACK': 16,
        'Failed UNDECIDED': 1,
      },
      ...{ 'Inconclusive ROLLBACK': 2, 'Inconclusive UNDECIDED': 4, 'Error UNDECIDED': 3 },
      ...{ 'Running ROLLBACK': 5, 'Running UNDECIDED': 4, 'Pending UNDECIDED': 1 },
    });
    accountFor('argo_metric_phase.json', cases);
    expect(cases).toHaveLength(57);
  });

  test("the bench's Argo-style rule trips after its limit of 3 as these rows do, and not at it", () => {
    const failing = (count: number): readonly Minute[] =>
      new Array<Minute>(count).fill({
        canary: { requests: 100, failures: 2, slower: [] },
        baseline: { requests: 900, failures: 0, slower: [] },
      });
    const its = cases.filter(
      ({ input: { metric, terminating } }) =>
        metric.failureLimit === 3 && metric.count === null && !terminating,
    );
    expect(its.map(({ id, expected }) => [id, expected.phase])).toEqual([['argo.metricphase.7', 'Running']]);
    expect([argoStyle(failing(3)), argoStyle(failing(4))]).toEqual([undefined, 4]);
  });
});

type Measured = {
  readonly id: string;
  readonly input: {
    readonly condition?: string;
    readonly successCondition?: string;
    readonly failureCondition?: string;
  };
  readonly expected: { readonly phase?: string };
};

/** What ours says where safety is shown, where harm is, where both are, and where neither is. */
const standing = { by: 'errors', at: '0' } as const;
const HEALTHY = minutes(40, [1000, 5], [1000, 5]);
const HARMED = minutes(3, BAD, BASELINE);

describe.skipIf(noHandbook)("the phases of Argo's conditions, and ours where the same is shown", () => {
  const cases = rows<Measured>('argo_measurement_eval.json');
  const phase = (number: number) => cases.find(({ id }) => id === `argo.measurement.${number}`);
  const conditions = (number: number) => {
    const { successCondition, failureCondition } = phase(number)?.input ?? {};
    return [successCondition, failureCondition, phase(number)?.expected.phase];
  };

  test('1: success is shown and failure is not: ours is SAFE', () => {
    expect(conditions(1)).toEqual(['true', 'false', 'Successful']);
    expect(judge(HEALTHY).verdict).toBe('SAFE');
  });

  test('2: both are shown: the failure wins, and in ours it stays', () => {
    expect(conditions(2)).toEqual(['true', 'true', 'Failed']);
    const inputs = { intervals: HEALTHY, settings: judgeSettings(), standing };
    const { verdict, safeAt } = judgeRollout.decide(inputs);
    expect([verdict, safeAt !== undefined]).toEqual(['ROLLBACK', true]);
  });

  test('3: neither is shown: Inconclusive, and ours is UNDECIDED', () => {
    expect(conditions(3)).toEqual(['false', 'false', 'Inconclusive']);
    expect(judge(minutes(1, GOOD, BASELINE)).verdict).toBe('UNDECIDED');
  });

  test('4, 5 and 6: what is not asked passes or fails there; ours asks both, and is UNDECIDED', () => {
    expect([4, 5, 6].map(conditions)).toEqual([
      ['', 'false', 'Successful'],
      ['false', '', 'Failed'],
      ['', '', 'Successful'],
    ]);
    // no harm is shown, no safety is shown, nothing was asked at all
    for (const shown of [minutes(1, GOOD, BASELINE), minutes(2, [100, 1], [900, 9]), []])
      expect(judge(shown).verdict).toBe('UNDECIDED');
    expect(judge(HARMED).verdict).toBe('ROLLBACK');
  });

  test('7 and 8: what cannot be evaluated is an Error, and ours refuses it', () => {
    expect([7, 8].map((number) => phase(number)?.expected.phase)).toEqual(['Error', 'Error']);
    const count = (requests: unknown) => ({ intervals: [{ at: 1, canary: { requests, failures: 0 } }] });
    for (const requests of [undefined, Number.NaN, 'NotANum', '1', 1.5])
      expect(() => readJudgeDocument(count(requests))).toThrow('intervals.0.canary.requests');
  });

  test('every row is held, or a sentence of a language of conditions', () => {
    const phases = cases.filter(({ input }) => input.successCondition !== undefined);
    const language = cases.filter(({ input }) => input.condition !== undefined);
    expect([phases.length, language.length]).toEqual([8, 18]);
    accountFor('argo_measurement_eval.json', phases, {
      'no conditions are written in a language of their own: thresholds are numbers, parsed at the door':
        language,
    });
  });
});
