/** Share of normal probability outside +/- z: erfc(z / sqrt 2), by the series of erf that has no cancellation. */
function twoSided(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  // Past six standard deviations it is 0 in double precision.
  if (x > 6) return 0;
  let term = x;
  let sum = x;
  for (let n = 1; term > sum * 1e-17; n += 1) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return Math.max(0, 1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum);
}

const Z: Readonly<Record<string, number>> = { '0.9': 1.645, '0.95': 1.96, '0.99': 2.576 };

/** Wilson interval of a share with the seed's z of 1.645, 1.96 or 2.576. Without trials it is all of [0, 1]. */
export function wilson(
  successes: number,
  trials: number,
  level: 0.9 | 0.95 | 0.99 = 0.95,
): { readonly lower: number; readonly upper: number } {
  if (trials === 0) return { lower: 0, upper: 1 };
  const z = Z[String(level)] ?? 1.96;
  const share = successes / trials;
  const divisor = 1 + z ** 2 / trials;
  const centre = (share + z ** 2 / (2 * trials)) / divisor;
  const half = (z * Math.sqrt((share * (1 - share)) / trials + z ** 2 / (4 * trials ** 2))) / divisor;
  // The formula gives these two ends exactly; floating point misses them by a bit.
  return {
    lower: successes === 0 ? 0 : Math.max(0, centre - half),
    upper: successes === trials ? 1 : Math.min(1, centre + half),
  };
}

/** Mann-Whitney U with the normal approximation, without corrections for ties and continuity. */
export function mannWhitney(
  left: readonly number[],
  right: readonly number[],
): { readonly U: number; readonly p: number } {
  const worth = (a: number, b: number) => (a === b ? 0.5 : Number(a > b));
  const wins = left.reduce((sum, a) => sum + right.reduce((part, b) => part + worth(a, b), 0), 0);
  const pairs = left.length * right.length;
  const U = Math.min(wins, pairs - wins);
  const deviation = Math.sqrt((pairs * (left.length + right.length + 1)) / 12);
  return { U, p: twoSided((U - pairs / 2) / deviation) };
}

/** Chi-square of two shares without continuity correction, its exact p for one degree of freedom, and Cohen's h. */
export function compareShares(
  [s1, n1]: readonly [number, number],
  [s2, n2]: readonly [number, number],
): { readonly chi2: number; readonly cohensH: number; readonly p: number } {
  const pooled = (s1 + s2) / (n1 + n2);
  const chi2 = (s1 / n1 - s2 / n2) ** 2 / (pooled * (1 - pooled) * (1 / n1 + 1 / n2));
  const angle = (share: number) => 2 * Math.asin(Math.sqrt(share));
  return { chi2, cohensH: Math.abs(angle(s1 / n1) - angle(s2 / n2)), p: twoSided(Math.sqrt(chi2)) };
}

type Counts = {
  readonly total: number;
  readonly successful: number;
  readonly failed: number;
  readonly rolled_back: number;
  readonly canary_caught: number;
  readonly cycle_times: readonly number[];
};

/** The study's figures; the median is a median, and nothing out of nothing is 0 as in the seed. */
export function studyMetrics(counts: Counts): Readonly<Record<string, number>> {
  const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
  const sorted = counts.cycle_times.toSorted((a, b) => a - b);
  const middle = sorted.slice(Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2) + 1);
  return {
    success_rate: share(counts.successful, counts.total),
    rollback_rate: share(counts.rolled_back, counts.total),
    failure_rate: share(counts.failed, counts.total),
    canary_catch_rate: share(counts.canary_caught, counts.rolled_back + counts.failed),
    median_cycle_time: share(
      middle.reduce((sum, value) => sum + value, 0),
      middle.length,
    ),
  };
}
