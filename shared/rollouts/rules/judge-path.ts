import type { Interval, JudgeSettings } from '../judge-contract.ts';
import { type KillProcess, killProcess, logKill, watchCanary } from './kill-process.ts';
import { logMeanExp } from './label-process.ts';
import {
  compareArms,
  dispersionOf,
  excessShare,
  type Grids,
  gridsOf,
  logHarm,
  logSafe,
  type MetricProcess,
  metricProcess,
  termsOf,
  type WeightTerms,
  watchBaseline,
} from './metric-process.ts';

/** Where the e-processes stand after one interval: natural logs. */
export type Step = {
  readonly at: string;
  readonly errors: number;
  /** Mean over the thresholds; undefined without any. */
  readonly latency: number | undefined;
  /** Mean of errors and latency: what the judge compares with 1/alpha. */
  readonly harm: number;
  /** The least over what SAFE must rule out: each of them must. */
  readonly safe: number;
  readonly kill: number;
  /** Share of the canary's requests that failed beyond the baseline's share; then the greatest of the thresholds. */
  readonly excess: { readonly errors: number; readonly latency: number };
};

/** What could be compared: sums over the intervals in which both arms had traffic. */
export type Compared = { intervals: number; requests: number; failures: number };

export type Path = {
  readonly settings: JudgeSettings;
  readonly steps: readonly Step[];
  readonly metrics: readonly MetricProcess[];
  readonly compared: Readonly<Compared>;
  /** Of the canary, compared or not. */
  readonly canary: { readonly requests: number; readonly failures: number };
  /** Share of the canary in the last interval that could be compared. */
  readonly share: number | undefined;
};

type Run = {
  readonly settings: JudgeSettings;
  readonly grids: Grids;
  readonly metrics: readonly MetricProcess[];
  readonly kill: KillProcess;
  readonly compared: Compared;
  readonly canary: { requests: number; failures: number };
  share: number | undefined;
  /** Of this share: most intervals have the one before's, and logarithms cost. */
  terms: WeightTerms | undefined;
};

/** Follows every e-process through closed intervals, oldest first: about 20 logarithms and exponentials for each. */
export function followPath(intervals: readonly Interval[], settings: JudgeSettings): Path {
  const run = startRun(intervals, settings);
  const steps = intervals.map((interval) => {
    takeInterval(run, interval);
    return stepOf(run, interval.at);
  });
  const { metrics, compared, canary, share } = run;
  return { settings, steps, metrics, compared, canary, share };
}

function startRun(intervals: readonly Interval[], settings: JudgeSettings): Run {
  const above = settings.largeSample?.above ?? Number.POSITIVE_INFINITY;
  const requests = (interval: Interval) =>
    (interval.canary?.requests ?? 0) + (interval.baseline?.requests ?? 0);
  const grids = gridsOf(settings, intervals.reduce((sum, each) => sum + requests(each), 0) > above);
  const { thresholds, certify } = settings.latency;
  return {
    settings,
    grids,
    metrics: [
      metricProcess(grids, undefined, true),
      ...thresholds.map((ms) => metricProcess(grids, ms, certify.includes(ms))),
    ],
    kill: killProcess(settings.killSwitch),
    compared: { intervals: 0, requests: 0, failures: 0 },
    canary: { requests: 0, failures: 0 },
    share: undefined,
    terms: undefined,
  };
}

function takeInterval(run: Run, { canary, baseline }: Interval): void {
  if (baseline !== undefined) for (const metric of run.metrics) watchBaseline(metric, baseline);
  if (canary === undefined || canary.requests === 0) return;
  run.canary.requests += canary.requests;
  run.canary.failures += canary.failures;
  watchCanary(run.kill, canary);
  if (baseline === undefined || baseline.requests === 0) return;
  const requests = canary.requests + baseline.requests;
  const share = canary.requests / requests;
  const terms = share === run.share && run.terms !== undefined ? run.terms : termsOf(run.grids, share);
  run.share = share;
  run.terms = terms;
  run.compared.intervals += 1;
  run.compared.requests += requests;
  run.compared.failures += canary.failures + baseline.failures;
  for (const metric of run.metrics) compareArms(metric, run.grids, terms, { canary, baseline });
}

function stepOf({ settings, metrics, kill, compared }: Run, at: string): Step {
  const isLarge = settings.largeSample !== null && compared.requests > settings.largeSample.above;
  const harms: number[] = [];
  let safe = Number.POSITIVE_INFINITY;
  let slowest = Number.NEGATIVE_INFINITY;
  for (const metric of metrics) {
    const phi = dispersionOf(metric, settings.fano);
    harms.push(logHarm(metric, phi, isLarge));
    if (metric.certified) safe = Math.min(safe, logSafe(metric, phi));
    if (metric.ms !== undefined) slowest = Math.max(slowest, excessShare(metric));
  }
  const [errors = 0, ...thresholds] = harms;
  const latency = thresholds.length === 0 ? undefined : logMeanExp(thresholds);
  const [failures] = metrics;
  return {
    at,
    errors,
    latency,
    harm: latency === undefined ? errors : logMeanExp([errors, latency]),
    safe,
    kill: logKill(kill, failures === undefined ? 1 : dispersionOf(failures, settings.fano)),
    excess: { errors: failures === undefined ? 0 : excessShare(failures), latency: slowest },
  };
}
