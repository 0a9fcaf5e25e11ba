import type { ArmCounts, Quantiles } from '../ports/metrics.ts';

/**
 * The smallest thresholds that at most 25 %, 10 % and 1 % of the requests exceeded, in milliseconds, those of them that any
 * threshold reaches; undefined where none reaches the first, or nothing was counted.
 */
export function quantile({ n, slowerThan }: ArmCounts): Quantiles | undefined {
  const edges = Object.entries(slowerThan)
    .map(([ms, slower]) => ({ ms: Number(ms), slower }))
    .toSorted((left, right) => left.ms - right.ms);
  // A count is compared with a count: n / 100 requests may be slower.
  const edge = (share: number) => edges.find(({ slower }) => slower * share <= n)?.ms;
  const [p75, p90, p99] = [edge(4), edge(10), edge(100)];
  if (n === 0 || p75 === undefined) return undefined;
  return { p75, ...(p90 !== undefined && { p90 }), ...(p99 !== undefined && { p99 }) };
}

/** The counts of several intervals at the same thresholds; undefined for none. */
export function sumOf(arms: readonly ArmCounts[]): ArmCounts | undefined {
  const [first] = arms;
  if (first === undefined) return undefined;
  const sum = (part: (arm: ArmCounts) => number) => arms.reduce((total, arm) => total + part(arm), 0);
  const thresholds = Object.keys(first.slowerThan);
  return {
    n: sum(({ n }) => n),
    errors: sum(({ errors }) => errors),
    slowerThan: Object.fromEntries(
      thresholds.map((ms) => [ms, sum(({ slowerThan }) => slowerThan[ms] ?? 0)]),
    ),
  };
}
