import type { Interval, JudgeSettings } from '../judge-contract.ts';
import type { Limits } from './judge-settings.ts';
import { type KillProcess, killProcess, logKill, watchCanary } from './kill-process.ts';
import {
  BELOW_GREATEST,
  greatest,
  type LabelGrid,
  logMeanExp,
  NOTHING,
  weightTerms,
} from './label-process.ts';
import {
  compareArms,
  compareLarge,
  dispersionOf,
  type Grids,
  logHarm,
  logHarmAtMost,
  logSafe,
  logSafeAtLeast,
  type MetricProcess,
  metricProcess,
  noTerms,
  type Pair,
  setTerms,
  type WeightTerms,
  watchBaseline,
} from './metric-process.ts';
import { preparedOf } from './prepared-settings.ts';

/** What could be compared: sums over the intervals in which both arms had traffic. */
export type Compared = { intervals: number; requests: number; failures: number };

/** The e-processes of one judgement, which takes up one interval after another. */
export type Run = {
  readonly settings: JudgeSettings;
  readonly limits: Limits;
  readonly grids: Grids;
  readonly logWeights: readonly number[];
  readonly metrics: readonly MetricProcess[];
  /** Those, and what only the kill switch compares. */
  readonly compares: readonly MetricProcess[];
  readonly kill: KillProcess;
  readonly compared: Compared;
  readonly canary: { requests: number; failures: number };
  share: number | undefined;
  /** Of this share: most intervals have the one before's, and logarithms cost. */
  readonly terms: WeightTerms;
  readonly large: LargeSample;
  /** ln E after the interval at hand: of the errors, of each threshold, and of all thresholds. */
  errors: number;
  readonly thresholds: number[];
  latency: number;
  /** Where errors and latency are put to be averaged. */
  readonly both: [number, number];
};

/** What small ratios are no harm in: taken up from the first interval on once so much was compared, and not before. */
type LargeSample = {
  readonly grid: LabelGrid | undefined;
  readonly above: number;
  readonly terms: number[];
  /** What was compared, for as long as the sample is not large. */
  readonly pairs: Pair[];
  is: boolean;
};

export function startRun(settings: JudgeSettings): Run {
  const { grids, large, limits, logWeights } = preparedOf(settings);
  const { thresholds, certify } = settings.latency;
  const above = settings.largeSample?.above ?? Number.POSITIVE_INFINITY;
  const metrics = [metricProcess(grids, undefined, true)];
  for (const ms of thresholds) metrics.push(metricProcess(grids, ms, certify.includes(ms)));
  const compares = [...metrics];
  const kill = killProcess(settings.killSwitch, (ms) => {
    const known = compares.find((metric) => metric.ms === ms);
    if (known !== undefined) return known;
    const own = metricProcess(grids, ms, false);
    compares.push(own);
    return own;
  });
  return {
    settings,
    limits,
    grids,
    logWeights,
    metrics,
    compares,
    kill,
    compared: { intervals: 0, requests: 0, failures: 0 },
    canary: { requests: 0, failures: 0 },
    share: undefined,
    terms: noTerms(grids),
    large: { grid: large, above, terms: [], pairs: [], is: false },
    errors: 0,
    thresholds: [],
    latency: 0,
    both: [0, 0],
  };
}

export function takeInterval(run: Run, { canary, baseline }: Interval): void {
  const { metrics, compares, compared, terms, grids } = run;
  if (baseline !== undefined && run.settings.fano === 'estimate')
    for (const metric of metrics) watchBaseline(metric, baseline);
  if (canary === undefined || canary.requests === 0) return;
  run.canary.requests += canary.requests;
  run.canary.failures += canary.failures;
  watchCanary(run.kill, canary, baseline);
  if (baseline === undefined || baseline.requests === 0) return;
  const requests = canary.requests + baseline.requests;
  const share = canary.requests / requests;
  if (share !== run.share) setTerms(terms, grids, share);
  run.share = share;
  compared.intervals += 1;
  compared.requests += requests;
  compared.failures += canary.failures + baseline.failures;
  const both = { canary, baseline };
  for (const metric of compares) compareArms(metric, grids, terms, both);
  takeLarge(run, both);
}

function takeLarge({ large, compares, compared }: Run, both: Pair): void {
  const { grid, terms, pairs } = large;
  if (grid === undefined) return;
  pairs.push(both);
  large.is = compared.requests > large.above;
  if (!large.is) return;
  for (const pair of pairs) {
    const { requests } = pair.canary;
    weightTerms(grid, requests / (requests + pair.baseline.requests), terms);
    for (const metric of compares) compareLarge(metric, grid, terms, pair);
  }
  pairs.length = 0;
}

/**
 * The mean of errors and latency, which is the weighted mean over the thresholds: with weights fixed before the start a
 * mean of e-values is one. What is nothing beside the rest is not worked out.
 */
export function harmOf(run: Run): number {
  const { settings, metrics, large, thresholds, both, logWeights } = run;
  // of the greatest as many may be the mean
  const nothing = harmAtMost(run) - 3 * BELOW_GREATEST + NOTHING;
  thresholds.length = 0;
  for (const metric of metrics) {
    const phi = dispersionOf(metric, settings.fano);
    const isNothing = logHarmAtMost(metric, phi, large.is) < nothing;
    const harm = isNothing ? Number.NEGATIVE_INFINITY : logHarm(metric, phi, large.is);
    if (metric.ms === undefined) run.errors = harm;
    else thresholds.push(harm + (logWeights[thresholds.length] ?? 0));
  }
  if (thresholds.length === 0) return run.errors;
  const isNothing = greatest(thresholds) === Number.NEGATIVE_INFINITY;
  run.latency = isNothing ? Number.NEGATIVE_INFINITY : logMeanExp(thresholds);
  both[0] = run.errors;
  both[1] = run.latency;
  return logMeanExp(both);
}

/** What `harmOf` is at most: the greatest of all that it is a mean of. */
export function harmAtMost({ settings: { fano }, metrics, large }: Run): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const metric of metrics)
    most = Math.max(most, logHarmAtMost(metric, dispersionOf(metric, fano), large.is));
  return most;
}

/** Whether so much of the baseline was seen that bursts would have been: before, the judge condemns nobody. */
export function isReadable({
  settings: { estimateAfter = 0 },
  metrics: [failures],
}: Pick<Run, 'settings' | 'metrics'>) {
  return estimateAfter <= (failures?.dispersion.intervals ?? 0);
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

export function killOf({ kill, metrics: [failures], settings: { fano }, large }: Run): number {
  return failures === undefined ? 0 : logKill(kill, failures, fano, large.is);
}
