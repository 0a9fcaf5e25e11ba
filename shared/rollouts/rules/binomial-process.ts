/**
 * An e-process against "the share of bad requests is at most `limit`": a mixture of binomial likelihood ratios.
 * For every alternative q > limit, E[(q/limit)^x ((1-q)/(1-limit))^(1-x)] is linear and rising in the true share
 * and 1 at the limit, so it is at most 1 under all of H0; requests may be counted one by one or in intervals.
 */

/**
 * Alternatives as multiples of the limit, and one share near 1 for a canary that answers nothing. The small multiples find
 * what is just beyond the limit, the large ones are quick where all is lost; equal weights, because nobody
 * knows beforehand which it will be: the price of the mixture is ln 6 = 1.8 of ln 500 = 6.2.
 */
const LIMIT_MULTIPLES = [1.5, 2, 3, 5, 10] as const;
const NEARLY_ALL = 0.9;

export type BinomialGrid = {
  /** ln(q / limit) for each alternative q. */
  readonly ofBad: readonly number[];
  /** ln((1 - q) / (1 - limit)). */
  readonly ofGood: readonly number[];
  /** As many zeros, to begin sums with. */
  readonly zeros: readonly number[];
};

/** @param limit largest tolerable share, in (0, 0.9) */
export function binomialGrid(limit: number): BinomialGrid {
  const shares = [
    ...LIMIT_MULTIPLES.map((multiple) => multiple * limit).filter((q) => q < NEARLY_ALL),
    NEARLY_ALL,
  ];
  const ofBad = shares.map((q) => Math.log(q / limit));
  const ofGood = shares.map((q) => Math.log((1 - q) / (1 - limit)));
  // copied from numbers with a fraction, or else the first sum would copy them once more
  return { ofBad, ofGood, zeros: [...ofBad].fill(0) };
}

/** Adds an interval to the log likelihood ratios, in place, and returns the greatest of them. */
export function addTrials(sums: number[], grid: BinomialGrid, requests: number, bad: number): number {
  const good = requests - bad;
  let most = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < sums.length; k += 1) {
    const sum = (sums[k] ?? 0) + bad * (grid.ofBad[k] ?? 0) + good * (grid.ofGood[k] ?? 0);
    sums[k] = sum;
    if (sum > most) most = sum;
  }
  return most;
}
