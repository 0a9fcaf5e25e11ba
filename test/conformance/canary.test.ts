import { describe, expect, test } from 'vitest';
import type { Interval } from '../../shared/rollouts/judge-contract.ts';
import { alwaysValidP } from '../../shared/rollouts/rules/always-valid-p.ts';
import { judgeRollout } from '../../shared/rollouts/rules/judge-rollout.ts';
import { judgeSettings } from '../../shared/rollouts/rules/judge-settings.ts';
import { judge, minute, minutes } from '../shared/rollouts/rules/counts.ts';
import { accountFor, manifest, noHandbook, rows } from './canary-vectors.ts';

if (noHandbook) process.stderr.write('skipped: the canary vectors are not at ../shared\n');

/** Files of the handbook's canary vectors of which every row is held against ours or named with its reason. */
const HELD = [
  ...['ours_eprocess_reference.json', 'kayenta_user_reported.json'],
  // canary-argo.test.ts
  ...['argo_metric_phase.json', 'argo_measurement_eval.json'],
  // canary-yardsticks.test.ts
  ...['kayenta_mannwhitney.json', 'kayenta_classifier.json'],
  ...['proportions_and_sequential.json', 'scipy_tests.json'],
];
/** Files of which no row concerns us, and why. */
const OTHERS: Readonly<Record<string, string>> = {
  'kayenta_scorer.json': 'no score of groups is shipped: metrics are combined as a mean of e-values',
  'kayenta_statistics.json':
    'no percentiles between samples, effect sizes, outlier rules or replaced gaps: we judge counts, and of the ratio of means the bench asks only whether it is 1 or more, which the rows of the classifier hold',
  'kayenta_integration_cases.json': 'bounds of a random generator, without counts',
  'keptn_slo.json': 'no SLO file of Keptn is read',
  'confseq_anytime_valid.json':
    'normal, gamma, beta and stitched bounds and tests of quantiles: ours is a mean of a few likelihood ratios of labels',
  'prometheus_histogram.json':
    'no quantile is interpolated from a histogram: thresholds are edges of buckets, and what is slower is counted',
};

type Reference = {
  readonly id: string;
  readonly input: {
    readonly r0: number;
    readonly rhoGrid: readonly number[];
    readonly stages: readonly { canaryBad: number; baselineBad: number; trafficShare: number }[];
  };
  readonly expected: { logE: number; eValue: number; alwaysValidP: number; rollbackAtAlpha001: boolean };
};

/** The stages of a row as intervals of 100,000 requests. */
function intervalsOf({ input }: Reference) {
  return input.stages.map(({ canaryBad, baselineBad, trafficShare }, at) => {
    const canary = Math.round(trafficShare * 100_000);
    return minute(at, [canary, canaryBad], [100_000 - canary, baselineBad]);
  });
}

describe.skipIf(noHandbook)('the canary vectors', () => {
  test('are all held against ours, or it is said why they do not concern us', () => {
    const files = manifest();
    expect([...HELD, ...Object.keys(OTHERS)].toSorted()).toEqual(Object.keys(files).toSorted());
    for (const [file, count] of Object.entries(files)) expect(rows(file), file).toHaveLength(count);
  });
});

describe.skipIf(noHandbook)('the reference of the e-process', () => {
  const cases = rows<Reference>('ours_eprocess_reference.json');

  test.each(cases.map((row) => [row.id, row] as const))(
    '%s: log E, E, p and the verdict at alpha 0.01',
    (_, row) => {
      expect(row.input.rhoGrid).toEqual([1.25, 1.5, 2, 3, 5, 10, 20]);
      const settings = judgeSettings({ r0: row.input.r0, killSwitch: null, largeSample: null });
      const inputs = { intervals: intervalsOf(row), settings };
      const outcome = judgeRollout.decide(inputs);
      const { logE, verdict, intervals } = outcome;
      // 12 significant digits stand in an outcome
      expect(Math.abs(Number(logE) - row.expected.logE)).toBeLessThan(1e-11);
      expect(Math.abs(Math.exp(Number(logE)) / row.expected.eValue - 1)).toBeLessThan(1e-10);
      // the reference has the p of one look, at the end; over all looks it can only be smaller
      const last = alwaysValidP({ intervals: intervals.slice(-1) }, inputs);
      expect(Math.abs(last / row.expected.alwaysValidP - 1)).toBeLessThan(1e-10);
      expect(alwaysValidP(outcome, inputs)).toBeLessThanOrEqual(last);
      expect(verdict === 'ROLLBACK').toBe(row.expected.rollbackAtAlpha001);
    },
  );

  test('all ten rows are there', () => {
    accountFor('ours_eprocess_reference.json', cases);
    expect(cases).toHaveLength(10);
  });
});

type Samples = readonly (number | null)[];
type Report = {
  readonly id: string;
  readonly input: {
    readonly experiment?: Samples;
    readonly control?: Samples;
    readonly controlLatencyMs?: number;
    readonly experimentLatencyMs?: number;
    readonly slaMs?: number;
  };
  readonly kayentaSays?: string;
  readonly humanExpected: string;
};

const reports = rows<Report>('kayenta_user_reported.json');
const reported = (number: number): Report => {
  const found = reports.find(({ id }) => id === `kayenta.userreport.${number}`);
  if (found === undefined) throw new Error(`no report ${number}`);
  return found;
};
/** Each sample a request, and how many took longer than 50. */
const slowOf = (samples: Samples = []) =>
  [samples.length, 0, { 50: samples.filter((value) => (value ?? 0) > 50).length }] as const;
/** One look at all samples of a report, so many times. */
const latencyOf = (number: number, times: number) => {
  const { experiment, control } = reported(number).input;
  const latency = { thresholds: [50], certify: [50] };
  return judge(minutes(times, slowOf(experiment), slowOf(control)), { latency });
};
/** Each sample a minute of so many requests, of which so many failed; what has no sample nobody measured. */
const failuresOf = (number: number, requests: number): readonly Interval[] => {
  const { experiment = [], control = [] } = reported(number).input;
  const arm = (value: number | null | undefined) => (value == null ? null : ([requests, value] as const));
  return experiment.map((value, at) => minute(at, arm(value), arm(control[at])));
};
/** All requests of both arms take the times of the report. */
const timesOf = (number: number, thresholds: readonly number[]) => {
  const { experimentLatencyMs = 0, controlLatencyMs = 0 } = reported(number).input;
  const arm = (ms: number) =>
    [1000, 0, Object.fromEntries(thresholds.map((limit) => [limit, ms > limit ? 1000 : 0]))] as const;
  const latency = { thresholds: [...thresholds], certify: [...thresholds] };
  return judge(minutes(40, arm(experimentLatencyMs), arm(controlLatencyMs)), { latency });
};

/** We differ on purpose from Kayenta in 1, 3, 4 and 6; in 2, 5, 7 and 8 from nobody. */
describe.skipIf(noHandbook)('what users reported of Kayenta', () => {
  test('1: seventy times the mean passes there; ours is on its way to a rollback, never SAFE', () => {
    expect(reported(1)).toMatchObject({ kayentaSays: 'Pass', humanExpected: 'High' });
    expect(latencyOf(1, 1)).toMatchObject({ verdict: 'UNDECIDED' });
    expect(Number(latencyOf(1, 1).logE)).toBeGreaterThan(2);
    expect(latencyOf(1, 2)).toMatchObject({ verdict: 'ROLLBACK', by: 'latency' });
  });

  test('2: one sample more is High there; ours has a little more evidence than in 1, no leap', () => {
    expect(reported(2)).toMatchObject({ kayentaSays: 'High', humanExpected: 'High' });
    expect(Number(latencyOf(2, 1).logE)).toBeGreaterThan(Number(latencyOf(1, 1).logE));
    expect(latencyOf(2, 1)).toMatchObject({ verdict: 'UNDECIDED' });
    expect(latencyOf(2, 2)).toMatchObject({ verdict: 'ROLLBACK', by: 'latency' });
  });

  test('3: failures in the canary alone pass there; ours are evidence, and never SAFE', () => {
    expect(reported(3)).toMatchObject({ kayentaSays: 'Pass', humanExpected: 'High' });
    const once = failuresOf(3, 1000);
    const thrice = [0, 1, 2].flatMap((time) =>
      once.map((interval, at) => ({ ...interval, at: String(at + once.length * time) })),
    );
    expect(judge(once).verdict).toBe('UNDECIDED');
    expect(judge(thrice).verdict).toBe('ROLLBACK');
  });

  test('4: other spread and the same level pass there; ours certifies nothing from 15 samples', () => {
    expect(reported(4)).toMatchObject({ kayentaSays: 'Pass' });
    expect(reported(4).humanExpected).toContain('Fail');
    expect(slowOf(reported(4).input.control)).toEqual([15, 0, { 50: 7 }]);
    expect(latencyOf(4, 1).verdict).toBe('UNDECIDED');
  });

  test('5: many failures in the canary, none in the baseline, are a rollback for both', () => {
    expect(reported(5)).toMatchObject({ kayentaSays: 'High', humanExpected: 'High' });
    expect(judge(failuresOf(5, 1000))).toMatchObject({ verdict: 'ROLLBACK', by: 'errors' });
  });

  test('6: a baseline that nobody measured is no data there, and no comparison for us: UNDECIDED', () => {
    expect(reported(6)).toMatchObject({ humanExpected: 'High: errors only in canary' });
    const intervals = failuresOf(6, 100);
    expect(intervals.filter(({ canary }) => canary !== undefined)).toHaveLength(5);
    expect(judge(intervals)).toMatchObject({ verdict: 'UNDECIDED', compared: { intervals: '0' } });
  });

  test('7: 75 ms instead of 50 is a rollback for us at half of an SLO of 100, and unseen at the SLO alone', () => {
    const { slaMs = 0 } = reported(7).input;
    expect(reported(7).humanExpected).toBe('fail');
    expect(timesOf(7, [slaMs / 2, slaMs])).toMatchObject({ verdict: 'ROLLBACK', by: 'latency' });
    expect(timesOf(7, [slaMs]).verdict).toBe('UNDECIDED');
  });

  test('8: 10 ms instead of 5 is no matter at the same thresholds; at one of 5 ms it would be', () => {
    const { slaMs = 0, controlLatencyMs = 0 } = reported(8).input;
    expect(reported(8).humanExpected).toContain('pass');
    expect(timesOf(8, [slaMs / 2, slaMs]).verdict).not.toBe('ROLLBACK');
    expect(timesOf(8, [controlLatencyMs, slaMs]).verdict).toBe('ROLLBACK');
  });

  test('all eight are there', () => {
    accountFor('kayenta_user_reported.json', [1, 2, 3, 4, 5, 6, 7, 8].map(reported));
  });
});
