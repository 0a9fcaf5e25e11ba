/**
 * Latency: lognormal, median 10 ms. The handbook names no distribution; with this spread its e-process, alone and
 * with all of alpha, finds "all x1.2" at 200/min as often as its table says (0.52).
 */
const SPREAD = 0.98;
const MEDIAN = 10;
/**
 * The baseline's p75, p90 and p99 and five times the p99, at edges of a histogram. No whole numbers: V8 keeps those keys
 * as elements of a sparse array, and making them takes longer than the judgement.
 */
export const THRESHOLDS = [19.5, 35.5, 97.5, 487.5];
/** As production freezes them where no SLO bounds the latency: the kill switch's is none of them. */
export const WEIGHTS = { 19.5: 1, 35.5: 1, 97.5: 2 };
/** What the handbook's table was made with: p90 and p99. */
export const OF_THE_TABLE = [1, 2];

/** Shares of requests slower than each threshold when all of them take `factor` times as long. */
export function slowShares(factor = 1): readonly number[] {
  return THRESHOLDS.map((ms) => normalTail(Math.log(ms / (MEDIAN * factor)) / SPREAD));
}

/** P(Z > z), to 1e-7 of itself (Numerical Recipes, erfcc). */
function normalTail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + x / 2);
  const terms = [
    0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196,
    1.00002368, -1.26551223,
  ];
  const upper = (t * Math.exp(terms.reduce((sum, term) => sum * t + term, 0) - x * x)) / 2;
  return z >= 0 ? upper : 1 - upper;
}
