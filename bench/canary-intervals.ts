/**
 * One-sided Clopper-Pearson bounds of a share: the shares at which so many hits, or more, or fewer, would still
 * have the probability `error`. Exact by their binomial sums.
 * @param error of each bound: 0.01 for a bound that holds with 99 %
 */
export function upperBound(hits: number, runs: number, error: number): number {
  return hits >= runs ? 1 : whereFalling((share) => lowerTail(hits, runs, share) - error);
}

/** See `upperBound`. */
export function lowerBound(hits: number, runs: number, error: number): number {
  return 1 - upperBound(runs - hits, runs, error);
}

/** P(X <= hits) of a binomial: term by term from the largest, so that nothing overflows or cancels. */
function lowerTail(hits: number, runs: number, share: number): number {
  if (share <= 0) return 1;
  if (share >= 1) return 0;
  const odds = share / (1 - share);
  let log = runs * Math.log1p(-share);
  let [largest, sum] = [log, 1];
  for (let k = 1; k <= hits; k += 1) {
    log += Math.log(((runs - k + 1) / k) * odds);
    if (log > largest) {
      sum = sum * Math.exp(largest - log) + 1;
      largest = log;
    } else sum += Math.exp(log - largest);
  }
  return Math.exp(largest) * sum;
}

function whereFalling(of: (share: number) => number): number {
  let [low, high] = [0, 1];
  for (let halving = 0; halving < 60; halving += 1) {
    const middle = (low + high) / 2;
    if (of(middle) > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
