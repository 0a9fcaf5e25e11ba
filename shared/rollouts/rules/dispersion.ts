import type { Interval, JudgeSettings } from '../judge-contract.ts';

/** Below this many intervals or failures an estimate says nothing, and 1 is used. */
const LEAST_INTERVALS = 5;
const LEAST_FAILURES = 5;
/**
 * One-sided 5 % point of the normal distribution: below it, what looks like bursts is chance. Without this gate half
 * of all services whose failures are independent would be taken for bursty ones, and lose 4 points of power.
 */
const SURE = 1.645;

/**
 * The Fano factor of failures that come in bursts: variance over mean of the baseline's failures per interval, as
 * Pearson's statistic over its degrees of freedom, so that a baseline that shrinks from stage to stage is no burst.
 * It divides the counts of labels where it is above 1.
 *
 * Tempering all likelihood ratios by any factor of 1 or more, even one read from the same data, gives at most 1 + E
 * (each e^(s/phi) is at most max(1, e^s)). So a threshold of 1/alpha + 1 keeps alpha exactly. What that cannot do is to
 * know bursts before they are seen: with bursts of 5 an estimate made as the canary runs would roll back 10 % of healthy
 * releases (27 % without any, 0.2 % with the factor known beforehand), nine in ten of them in the first four minutes. So the
 * judge waits for so many intervals of the baseline (`estimateAfter`); where the time before is known, give its factor.
 */
export type Dispersion = {
  intervals: number;
  requests: number;
  failures: number;
  /** Sum of failures^2 / requests over the intervals. */
  squares: number;
};

export function noDispersion(): Dispersion {
  return { intervals: 0, requests: 0, failures: 0, squares: 0 };
}

/** Takes up one interval of the baseline, in place. */
export function addBaseline(seen: Dispersion, requests: number, failures: number): void {
  if (requests <= 0) return;
  seen.intervals += 1;
  seen.requests += requests;
  seen.failures += failures;
  seen.squares += (failures * failures) / requests;
}

/** At least 1. */
export function fanoFactor({ intervals, requests, failures, squares }: Dispersion): number {
  if (intervals < LEAST_INTERVALS || failures < LEAST_FAILURES) return 1;
  const rate = failures / requests;
  const factor = (squares - rate * failures) / (rate * (intervals - 1));
  return factor > 1 + SURE * Math.sqrt(2 / (intervals - 1)) ? factor : 1;
}

/**
 * The factor of some intervals, such as those before the release: fixed before the start it costs nothing. So few leave it
 * open, and one read too small breaks the promise: where there are bursts, one standard error of it is added,
 * sqrt(2 / degrees of freedom) of itself.
 * @param ms of requests slower than so many ms; without it, of failures
 */
export function estimateFano(intervals: readonly Interval[], ms?: number): number {
  const seen = noDispersion();
  for (const { baseline } of intervals) {
    const bad = ms === undefined ? baseline?.failures : baseline?.slower[ms];
    if (baseline !== undefined && bad !== undefined) addBaseline(seen, baseline.requests, bad);
  }
  const factor = fanoFactor(seen);
  return factor === 1 ? 1 : factor * (1 + Math.sqrt(2 / (seen.intervals - 1)));
}

/**
 * The factors of some intervals before the release, of failures and of slowness at each threshold: where failures are
 * independent, requests that hang together are not. One number where no threshold is asked for.
 */
export function frozenFano(intervals: readonly Interval[], thresholds: readonly number[]) {
  const errors = estimateFano(intervals);
  if (thresholds.length === 0) return errors;
  return { errors, slower: Object.fromEntries(thresholds.map((ms) => [ms, estimateFano(intervals, ms)])) };
}

/** A factor as it was frozen, at least 1. @param ms of requests slower than that; undefined: of failures */
export function fanoAt(fano: Exclude<JudgeSettings['fano'], 'estimate'>, ms: number | undefined): number {
  if (typeof fano === 'number') return fano;
  return ms === undefined ? fano.errors : (fano.slower[ms] ?? fano.errors);
}
