import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { judgeRollout } from '../../shared/rollouts/rules/judge-rollout.ts';
import { judgeSettings } from '../../shared/rollouts/rules/judge-settings.ts';
import { judge, minute, minutes } from '../shared/rollouts/rules/counts.ts';
import { handbookFolder } from '../support/handbook.ts';

const handbook = handbookFolder();
if (handbook === undefined) process.stderr.write('skipped: the canary vectors are not at ../shared\n');

/** Files of the handbook's canary vectors that are held against ours, and why the others are not. */
const HELD = [
  'ours_eprocess_reference.json',
  'kayenta_user_reported.json',
  'argo_metric_phase.json',
  'argo_measurement_eval.json',
];
const OTHERS: Readonly<Record<string, string>> = {
  'kayenta_classifier.json': 'no Mann-Whitney judge is shipped: it is silent at low traffic (canary.md 3)',
  'kayenta_mannwhitney.json': 'the same',
  'kayenta_scorer.json': 'no score of groups is shipped: metrics are combined as a mean of e-values',
  'kayenta_statistics.json':
    'no percentiles, effect sizes or outlier rules of samples are used: we judge counts',
  'kayenta_integration_cases.json': 'bounds of a random generator, without counts',
  'keptn_slo.json': 'no SLO file of Keptn is read',
  'confseq_anytime_valid.json':
    'normal, gamma and beta mixtures, stitching and quantile tests: ours is a mixture of a few likelihood ratios of labels',
  'proportions_and_sequential.json':
    'intervals for proportions and group-sequential bounds: no verdict is taken from them',
  'prometheus_histogram.json':
    'no quantile is interpolated from a histogram: thresholds are edges of buckets',
  'scipy_tests.json':
    'tests of a fixed horizon (Mann-Whitney, Fisher, Barnard, Boschloo): no verdict is taken from them',
};

type Row = { readonly id: string };
type Reference = Row & {
  readonly input: {
    readonly r0: number;
    readonly rhoGrid: readonly number[];
    readonly stages: readonly { canaryBad: number; baselineBad: number; trafficShare: number }[];
  };
  readonly expected: { logE: number; eValue: number; alwaysValidP: number; rollbackAtAlpha001: boolean };
};
type Report = Row & { readonly kayentaSays?: string; readonly humanExpected: string };
type Phase = Row & {
  readonly input: { readonly terminating: boolean; readonly result: Readonly<Record<string, number>> };
  readonly expected: { readonly phase: string };
};

function rows<T extends Row>(name: string): readonly T[] {
  const text = readFileSync(join(handbook ?? '', 'vectors/canary', name), 'utf8');
  // the handbook's own file: its form is what the test is about
  return JSON.parse(text) as readonly T[];
}

/** The stages of a row as intervals of 100,000 requests. */
function intervalsOf({ input }: Reference) {
  return input.stages.map(({ canaryBad, baselineBad, trafficShare }, at) => {
    const canary = Math.round(trafficShare * 100_000);
    return minute(at, [canary, canaryBad], [100_000 - canary, baselineBad]);
  });
}

describe.skipIf(handbook === undefined)('the canary vectors', () => {
  test('are all held against ours, or it is said why they do not concern us', () => {
    const manifest = JSON.parse(readFileSync(join(handbook ?? '', 'vectors/canary/MANIFEST.json'), 'utf8'));
    expect([...HELD, ...Object.keys(OTHERS)].toSorted()).toEqual(Object.keys(manifest.files).toSorted());
  });
});

describe.skipIf(handbook === undefined)('the reference of the e-process', () => {
  const cases = handbook === undefined ? [] : rows<Reference>('ours_eprocess_reference.json');

  test.each(cases.map((row) => [row.id, row] as const))(
    '%s: log E, E, p and the verdict at alpha 0.01',
    (_, row) => {
      expect(row.input.rhoGrid).toEqual([1.25, 1.5, 2, 3, 5, 10, 20]);
      const settings = judgeSettings({ r0: row.input.r0, killSwitch: null, largeSample: null });
      const { logE, verdict, intervals } = judgeRollout.decide({ intervals: intervalsOf(row), settings });
      // 12 significant digits stand in an outcome
      expect(Math.abs(Number(logE) - row.expected.logE)).toBeLessThan(1e-11);
      expect(Math.abs(Math.exp(Number(logE)) / row.expected.eValue - 1)).toBeLessThan(1e-10);
      // the reference's p is that of the last look; over all looks it can only be smaller
      const p = (log: number) => Math.min(1, Math.exp(-log));
      expect(Math.abs(p(Number(logE)) / row.expected.alwaysValidP - 1)).toBeLessThan(1e-10);
      expect(p(Math.max(...intervals.map((step) => Number(step.logE))))).toBeLessThanOrEqual(
        row.expected.alwaysValidP + 1e-12,
      );
      expect(verdict === 'ROLLBACK').toBe(row.expected.rollbackAtAlpha001);
    },
  );

  test('all ten rows are there', () => {
    expect(cases).toHaveLength(10);
  });
});

/** We differ on purpose: what showed nothing is UNDECIDED there, and passes here. */
describe.skipIf(handbook === undefined)('Argo Rollouts calls an analysis Successful', () => {
  const phases = handbook === undefined ? [] : rows<Phase>('argo_metric_phase.json');
  const unproven = phases.filter(
    ({ input, expected }) =>
      expected.phase === 'Successful' && input.terminating && input.result.successful === 0,
  );

  test('that ended without one successful measurement; ours is UNDECIDED', () => {
    expect(unproven.map(({ id }) => id)).toContain('argo.metricphase.2');
    for (const { input } of unproven) {
      const looks = Array.from({ length: input.result.count ?? 0 }, (_, at) => minute(at, null, null));
      expect(judge(looks).verdict).toBe('UNDECIDED');
    }
  });

  test('that has no condition at all; ours has nothing that passes by default', () => {
    const free = rows<Row & { input: object; expected: object }>('argo_measurement_eval.json').find(
      ({ id }) => id === 'argo.measurement.6',
    );
    expect(free).toMatchObject({
      input: { successCondition: '', failureCondition: '' },
      expected: { phase: 'Successful' },
    });
    expect(judge([]).verdict).toBe('UNDECIDED');
  });
});

describe.skipIf(handbook === undefined)('what users reported of Kayenta', () => {
  const reports = handbook === undefined ? [] : rows<Report>('kayenta_user_reported.json');
  const reported = (number: number) => reports.find(({ id }) => id === `kayenta.userreport.${number}`);
  const latency = { thresholds: [50], certify: [50] };

  test('1: seventy times the mean passes there; ours is on its way to a rollback, never SAFE', () => {
    expect(reported(1)).toMatchObject({ kayentaSays: 'Pass', humanExpected: 'High' });
    // 7 of 10 canary samples are at 100, all 10 of the baseline at 1
    const samples = (times: number) => minutes(times, [10, 0, { 50: 7 }], [10, 0, { 50: 0 }]);
    expect(judge(samples(1), { latency })).toMatchObject({ verdict: 'UNDECIDED' });
    expect(Number(judge(samples(1), { latency }).logE)).toBeGreaterThan(2);
    expect(judge(samples(2), { latency })).toMatchObject({ verdict: 'ROLLBACK', by: 'latency' });
  });

  test('3: failures in the canary alone pass there; ours are evidence, and never SAFE', () => {
    expect(reported(3)).toMatchObject({ kayentaSays: 'Pass', humanExpected: 'High' });
    const once = [0, 1, 2, 1, 0, 0].map((failures, at) => minute(at, [1000, failures], [1000, 0]));
    const times = (count: number) =>
      Array.from({ length: count }, (_, time) =>
        once.map((interval, at) => ({ ...interval, at: String(at + 6 * time) })),
      ).flat();
    expect(judge(once).verdict).toBe('UNDECIDED');
    expect(judge(times(3)).verdict).toBe('ROLLBACK');
  });

  test('4: other spread and the same level pass there; ours certifies nothing from 15 samples', () => {
    expect(reported(4)).toMatchObject({ kayentaSays: 'Pass' });
    expect(judge([minute(0, [15, 0, { 50: 0 }], [15, 0, { 50: 7 }])], { latency }).verdict).toBe('UNDECIDED');
  });

  test('5: many failures in the canary, none in the baseline, are a rollback for both', () => {
    expect(reported(5)).toMatchObject({ kayentaSays: 'High', humanExpected: 'High' });
    const counts = [1, 4, 2, 3, 1].map((failures, at) => minute(at, [1000, failures], [1000, 0]));
    expect(judge(counts)).toMatchObject({ verdict: 'ROLLBACK', by: 'errors' });
  });

  test('6: a baseline that nobody measured is no data there, and no comparison for us: UNDECIDED', () => {
    expect(reported(6)).toMatchObject({ humanExpected: 'High: errors only in canary' });
    const alone = [1, 2, 1, 2, 1].map((failures, at) => minute(at * 5, [100, failures], null));
    expect(judge(alone)).toMatchObject({ verdict: 'UNDECIDED', compared: { intervals: '0' } });
  });

  test('8: 10 ms instead of 5 is no matter where the SLO is 100 ms', () => {
    expect(reported(8)?.humanExpected).toContain('pass');
    const fast = minutes(40, [1000, 0, { 100: 0 }], [1000, 0, { 100: 0 }]);
    expect(judge(fast, { latency: { thresholds: [100] } }).verdict).not.toBe('ROLLBACK');
  });
});
