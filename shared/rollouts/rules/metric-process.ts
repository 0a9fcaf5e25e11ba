import type { Arm, JudgeSettings } from '../judge-contract.ts';
import { addBaseline, type Dispersion, fanoAt, fanoFactor, noDispersion } from './dispersion.ts';
import {
  addLabels,
  BELOW_GREATEST,
  greatest,
  harmGrid,
  type LabelGrid,
  logMeanExp,
  safeGrid,
  weightTerms,
} from './label-process.ts';

export type Grids = {
  readonly harm: LabelGrid;
  readonly safe: LabelGrid;
};
export type WeightTerms = { readonly [Form in keyof Grids]: number[] };
/** What both arms served in one interval. */
export type Pair = { readonly canary: Arm; readonly baseline: Arm };

/** One thing that is compared between the arms: failures, or requests slower than a threshold. Lives through one judgement. */
export type MetricProcess = {
  /** Undefined for failures. */
  readonly ms: number | undefined;
  readonly certified: boolean;
  /** Log likelihood ratios of the three forms, one number for each alternative. */
  readonly harm: number[];
  /** The greatest of them, and of those of SAFE below. */
  harmMost: number;
  safeMost: number;
  /** Empty until so much was compared that small ratios are no harm. */
  large: number[];
  readonly safe: number[];
  readonly dispersion: Dispersion;
  /** Failures seen in both arms where they could be compared. */
  labels: number;
  canaryRequests: number;
  /** Compared intervals in which the canary failed at all. */
  badIntervals: number;
  /** Failures of the canary beyond what the baseline's share at the same time would have given. */
  excess: number;
};

export function gridsOf({ r0, rBad }: JudgeSettings): Grids {
  return { harm: harmGrid(r0), safe: safeGrid(rBad) };
}

/** Against what a large sample is held too; undefined where that asks for nothing more. */
export function largeGridOf({ r0, largeSample }: JudgeSettings): LabelGrid | undefined {
  return largeSample !== null && largeSample.r0 > r0 ? harmGrid(largeSample.r0) : undefined;
}

export function noTerms({ harm, safe }: Grids): WeightTerms {
  return { harm: [...harm.zeros], safe: [...safe.zeros] };
}

/** Works the terms out anew for another share of the canary, in place. */
export function setTerms(terms: WeightTerms, grids: Grids, share: number): void {
  weightTerms(grids.harm, share, terms.harm);
  weightTerms(grids.safe, share, terms.safe);
}

export function metricProcess(grids: Grids, ms: number | undefined, certified: boolean): MetricProcess {
  return {
    ms,
    certified,
    harm: [...grids.harm.zeros],
    harmMost: 0,
    large: [],
    safe: [...grids.safe.zeros],
    safeMost: grids.safe.zeros.length === 0 ? Number.NEGATIVE_INFINITY : 0,
    dispersion: noDispersion(),
    labels: 0,
    canaryRequests: 0,
    badIntervals: 0,
    excess: 0,
  };
}

/** How many of an arm's requests were bad in this sense; undefined where that was not measured. */
function badOf(metric: MetricProcess, arm: Arm): number | undefined {
  return metric.ms === undefined ? arm.failures : arm.slower[metric.ms];
}

/** Takes up an interval in which both arms had traffic. */
export function compareArms(metric: MetricProcess, grids: Grids, terms: WeightTerms, of: Pair): void {
  const canary = badOf(metric, of.canary);
  const baseline = badOf(metric, of.baseline);
  if (canary === undefined || baseline === undefined) return;
  metric.harmMost = addLabels(metric.harm, grids.harm, terms.harm, canary, baseline);
  metric.safeMost = addLabels(metric.safe, grids.safe, terms.safe, canary, baseline);
  metric.labels += canary + baseline;
  metric.canaryRequests += of.canary.requests;
  if (canary > 0) metric.badIntervals += 1;
  metric.excess += canary - (of.canary.requests * baseline) / of.baseline.requests;
}

/** What `compareArms` does not take up: the form of a large sample. */
export function compareLarge(
  metric: MetricProcess,
  grid: LabelGrid,
  terms: readonly number[],
  of: Pair,
): void {
  const canary = badOf(metric, of.canary);
  const baseline = badOf(metric, of.baseline);
  if (metric.large.length === 0) metric.large = [...grid.zeros];
  if (canary !== undefined && baseline !== undefined) addLabels(metric.large, grid, terms, canary, baseline);
}

/** Takes up a baseline, compared or not: how failures come is seen without a canary too. */
export function watchBaseline(metric: MetricProcess, baseline: Arm): void {
  const bad = badOf(metric, baseline);
  if (bad !== undefined) addBaseline(metric.dispersion, baseline.requests, bad);
}

export function dispersionOf(metric: MetricProcess, fano: JudgeSettings['fano']): number {
  return fano === 'estimate' ? fanoFactor(metric.dispersion) : fanoAt(fano, metric.ms);
}

/** ln E against "no harm". In a large sample the lesser of both forms: that both must say so keeps alpha. */
export function logHarm(metric: MetricProcess, phi: number, isLarge: boolean): number {
  if (!isLarge || metric.large.length === 0) return logMeanExp(metric.harm, phi);
  const [harm, large] = [metric.harmMost / phi, greatest(metric.large) / phi];
  // which is the lesser can often be told from afar
  if (large < harm - BELOW_GREATEST) return logMeanExp(metric.large, phi);
  if (harm < large - BELOW_GREATEST) return logMeanExp(metric.harm, phi);
  return Math.min(logMeanExp(metric.harm, phi), logMeanExp(metric.large, phi));
}

/** What `logHarm` is at most; it is less by BELOW_GREATEST at most. */
export function logHarmAtMost(metric: MetricProcess, phi: number, isLarge: boolean): number {
  const harm = metric.harmMost / phi;
  return isLarge && metric.large.length > 0 ? Math.min(harm, greatest(metric.large) / phi) : harm;
}

/** ln E' against "rBad times as bad, or worse". */
export function logSafe(metric: MetricProcess, phi: number): number {
  return logMeanExp(metric.safe, phi);
}

export function logSafeAtMost(metric: MetricProcess, phi: number): number {
  return metric.safeMost / phi;
}

export function logSafeAtLeast(metric: MetricProcess, phi: number): number {
  return metric.safeMost / phi - BELOW_GREATEST;
}

/** Share of the canary's requests that were bad beyond the baseline's share. */
export function excessShare(metric: MetricProcess): number {
  return metric.canaryRequests === 0 ? 0 : metric.excess / metric.canaryRequests;
}
