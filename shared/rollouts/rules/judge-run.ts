import { decimal, fromDecimal } from '../../kernel/index.ts';
import type { Interval, JudgeSettings } from '../judge-contract.ts';
import { type Limits, limitsOf } from './judge-settings.ts';
import { type KillProcess, killProcess, logKill, logKillAtMost, watchCanary } from './kill-process.ts';
import { BELOW_GREATEST, greatest, logMeanExp, NOTHING } from './label-process.ts';
import {
  compareArms,
  dispersionOf,
  excessShare,
  type Grids,
  gridsOf,
  logHarm,
  logHarmAtMost,
  logSafe,
  logSafeAtLeast,
  type MetricProcess,
  metricProcess,
  noTerms,
  setTerms,
  type WeightTerms,
  watchBaseline,
} from './metric-process.ts';

export type Ground = 'errors' | 'latency' | 'kill-switch';

/** What could be compared: sums over the intervals in which both arms had traffic. */
export type Compared = { intervals: number; requests: number; failures: number };

/** The e-processes of one judgement, which takes up one interval after another. */
export type Run = {
  readonly settings: JudgeSettings;
  readonly limits: Limits;
  readonly grids: Grids;
  readonly metrics: readonly MetricProcess[];
  readonly kill: KillProcess;
  readonly compared: Compared;
  readonly canary: { requests: number; failures: number };
  share: number | undefined;
  /** Of this share: most intervals have the one before's, and logarithms cost. */
  readonly terms: WeightTerms;
  /** ln E after the interval at hand: of the errors, of each threshold, and of all thresholds. */
  errors: number;
  readonly thresholds: number[];
  latency: number;
  /** Where errors and latency are put to be averaged. */
  readonly both: [number, number];
};

type Prepared = { readonly small: Grids; readonly large: Grids; readonly limits: Limits };
/** What depends on the settings alone: a rollout is judged every minute by the same. */
const prepared = new WeakMap<JudgeSettings, Prepared>();

function prepare(settings: JudgeSettings): Prepared {
  const known = prepared.get(settings);
  if (known !== undefined) return known;
  const limits = limitsOf(settings);
  const made = { small: gridsOf(settings, false), large: gridsOf(settings, true), limits };
  prepared.set(settings, made);
  return made;
}

export function startRun(intervals: readonly Interval[], settings: JudgeSettings): Run {
  const above = settings.largeSample?.above ?? Number.POSITIVE_INFINITY;
  let requests = 0;
  for (const { canary, baseline } of intervals)
    requests += (canary?.requests ?? 0) + (baseline?.requests ?? 0);
  const { small, large, limits } = prepare(settings);
  const grids = requests > above ? large : small;
  const { thresholds, certify } = settings.latency;
  return {
    ...{ settings, limits, grids },
    metrics: [
      metricProcess(grids, undefined, true),
      ...thresholds.map((ms) => metricProcess(grids, ms, certify.includes(ms))),
    ],
    kill: killProcess(settings.killSwitch),
    compared: { intervals: 0, requests: 0, failures: 0 },
    canary: { requests: 0, failures: 0 },
    ...{ share: undefined, terms: noTerms(grids) },
    ...{ errors: 0, thresholds: [], latency: 0, both: [0, 0] },
  };
}

export function takeInterval(run: Run, { canary, baseline }: Interval): void {
  const { metrics, compared, terms, grids } = run;
  if (baseline !== undefined && run.settings.fano === 'estimate')
    for (const metric of metrics) watchBaseline(metric, baseline);
  if (canary === undefined || canary.requests === 0) return;
  run.canary.requests += canary.requests;
  run.canary.failures += canary.failures;
  watchCanary(run.kill, canary);
  if (baseline === undefined || baseline.requests === 0) return;
  const requests = canary.requests + baseline.requests;
  const share = canary.requests / requests;
  if (share !== run.share) setTerms(terms, grids, share);
  run.share = share;
  compared.intervals += 1;
  compared.requests += requests;
  compared.failures += canary.failures + baseline.failures;
  const both = { canary, baseline };
  for (const metric of metrics) compareArms(metric, grids, terms, both);
}

/** The mean of errors and latency, which is the mean over the thresholds; what is nothing beside the rest is not worked out. */
export function harmOf(run: Run): number {
  const { settings, metrics, compared, thresholds, both } = run;
  const isLarge = settings.largeSample !== null && compared.requests > settings.largeSample.above;
  let most = Number.NEGATIVE_INFINITY;
  for (const metric of metrics)
    most = Math.max(most, logHarmAtMost(metric, dispersionOf(metric, settings.fano), isLarge));
  // of the greatest as many may be the mean
  const nothing = most - 3 * BELOW_GREATEST + NOTHING;
  thresholds.length = 0;
  for (const metric of metrics) {
    const phi = dispersionOf(metric, settings.fano);
    const isNothing = logHarmAtMost(metric, phi, isLarge) < nothing;
    const harm = isNothing ? Number.NEGATIVE_INFINITY : logHarm(metric, phi, isLarge);
    if (metric.ms === undefined) run.errors = harm;
    else thresholds.push(harm);
  }
  if (thresholds.length === 0) return run.errors;
  const isNothing = greatest(thresholds) === Number.NEGATIVE_INFINITY;
  run.latency = isNothing ? Number.NEGATIVE_INFINITY : logMeanExp(thresholds);
  both[0] = run.errors;
  both[1] = run.latency;
  return logMeanExp(both);
}

export function safeOf({ settings: { fano }, metrics }: Run): number {
  let safe = Number.POSITIVE_INFINITY;
  for (const metric of metrics) {
    const phi = dispersionOf(metric, fano);
    if (metric.certified && !(logSafeAtLeast(metric, phi) > safe))
      safe = Math.min(safe, logSafe(metric, phi));
  }
  return safe;
}

export function killOf({ kill, metrics: [failures], settings: { fano } }: Run): number {
  return logKill(kill, failures === undefined ? 1 : dispersionOf(failures, fano));
}

export function groundOf(run: Run, harm: number): Ground | undefined {
  const { settings, limits, metrics, kill } = run;
  const [failures] = metrics;
  if (reaches(harm, limits.harm)) {
    const by = metrics.length > 1 && run.latency > run.errors ? 'latency' : 'errors';
    if (settings.floor === null || excessOf(metrics, by) >= settings.floor) return by;
  }
  if (limits.kill === undefined || failures === undefined) return undefined;
  // most intervals are far from it
  if (logKillAtMost(kill, dispersionOf(failures, settings.fano)) < limits.kill - 1e-3) return undefined;
  return reaches(killOf(run), limits.kill) ? 'kill-switch' : undefined;
}

/** Share of the canary's requests that failed beyond the baseline's share; or the greatest of the thresholds. */
function excessOf([failures, ...thresholds]: readonly MetricProcess[], of: 'errors' | 'latency'): number {
  if (of === 'errors') return failures === undefined ? 0 : excessShare(failures);
  return thresholds.reduce((most, metric) => Math.max(most, excessShare(metric)), Number.NEGATIVE_INFINITY);
}

/** Compares the values as they stand in the outcome. Rounding costs time, so only where it can matter. */
export function reaches(value: number, limit: number): boolean {
  if (Math.abs(value - limit) > 1e-6) return value > limit;
  return fromDecimal(decimal(value)) >= fromDecimal(decimal(limit));
}
