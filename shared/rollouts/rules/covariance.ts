/** Three measures of one interval, or what is reckoned from them. */
export type Vector = readonly [number, number, number];
/** Rows; symmetric. */
export type Matrix = readonly [Vector, Vector, Vector];

/** Requests of one interval, and how many of them each measure counted; what the third counts, the second counts too. */
export type Counted = { readonly requests: number; readonly hits: Vector };

export type Spread = {
  readonly requests: number;
  readonly shares: Vector;
  /** Of one request: divided by n it is the covariance of the shares of n requests. */
  readonly covariance: Matrix;
};

/** What is known of independent requests beforehand counts as so many intervals. */
const PRIOR = 10;

/**
 * Shares and their covariance in a window of intervals, oldest or newest first alike. What the intervals show is shrunk
 * towards what independent requests have, by 10 / (10 + intervals): p (1 - p) on the diagonal, and beside it r (1 - q) for the
 * third measure among the second, 0 for the first. So it has an inverse from the first interval on.
 */
export function spreadOf(window: readonly Counted[]): Spread {
  const requests = window.reduce((sum, each) => sum + each.requests, 0);
  const shares = map3((k) => window.reduce((sum, each) => sum + each.hits[k], 0) / requests);
  // half a hit more, that of the third among the second's too: what was never counted still has a variance
  const known = map3((k) => {
    const more = k === 1 ? 1 : 0.5;
    return (shares[k] * requests + more) / (requests + more + 0.5);
  });
  const target = (k: Axis, l: Axis) => {
    if (k === l) return known[k] * (1 - known[k]);
    return k === 0 || l === 0 ? 0 : known[2] * (1 - known[1]);
  };
  const shown = window.length < 2 ? 0 : window.length / (PRIOR + window.length);
  const products = (k: Axis, l: Axis) =>
    window.reduce(
      (sum, { requests: n, hits }) => sum + n * (hits[k] / n - shares[k]) * (hits[l] / n - shares[l]),
      0,
    ) / Math.max(1, window.length - 1);
  const covariance = map3((k) => map3((l) => shown * products(k, l) + (1 - shown) * target(k, l)));
  return { requests, shares, covariance };
}

/** The inverse of a symmetric matrix, by its cofactors. Not a number where it has none. */
export function inverseOf([[a, b, c], [, d, e], [, , f]]: Matrix): Matrix {
  const [A, B, C] = [d * f - e * e, c * e - b * f, b * e - c * d];
  const [D, E, F] = [a * f - c * c, b * c - a * e, a * d - b * b];
  const determinant = a * A + b * B + c * C;
  const over = (value: number) => value / determinant;
  return [
    [over(A), over(B), over(C)],
    [over(B), over(D), over(E)],
    [over(C), over(E), over(F)],
  ];
}

/** The square of Mahalanobis' distance: v' M v for the inverse M of the covariance of v. */
export function squaredDistance(v: Vector, inverse: Matrix): number {
  const along = map3((k) => inverse[k][0] * v[0] + inverse[k][1] * v[1] + inverse[k][2] * v[2]);
  return v[0] * along[0] + v[1] * along[1] + v[2] * along[2];
}

export type Axis = 0 | 1 | 2;
export function map3<T>(of: (axis: Axis) => T): readonly [T, T, T] {
  return [of(0), of(1), of(2)];
}
