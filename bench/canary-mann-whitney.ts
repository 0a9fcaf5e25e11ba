/**
 * The Mann-Whitney judge of Kayenta as a yardstick, from its description in the handbook (spec canary.md, section 1):
 * R's wilcox.test, large sample, with the corrections for ties and continuity. Roots are found by halving
 * to the last digits, where Kayenta stops at 1e-4: its answers on rates of half a percent would depend on the unit.
 */

/** What Kayenta has built in: the share of the shift the interval must leave out, and the two-sided confidence. */
const TOLERANCE = 0.25;
export const QUANTILE_98 = 2.3263478740408408;

export type Shift = { readonly low: number; readonly estimate: number; readonly high: number };

/**
 * Whether the experiment is classified High. Arms without numbers are Nodata, equal constants Pass.
 * @param increase the ratio of the means that it takes besides
 */
export function isHigh(experiment: readonly number[], control: readonly number[], increase = 1): boolean {
  if (experiment.length === 0 || control.length === 0) return false;
  if (isConstant(experiment) && isConstant(control)) return (experiment[0] ?? 0) > (control[0] ?? 0);
  const { low, estimate } = shiftBetween(experiment, control, QUANTILE_98);
  return low > TOLERANCE * Math.abs(estimate) && ratioOfMeans(experiment, control) >= increase;
}

function isConstant(values: readonly number[]): boolean {
  return values.every((value) => value === values[0]);
}

/** Where a mean is 0 the effect is not looked at. */
function ratioOfMeans(experiment: readonly number[], control: readonly number[]): number {
  const [over, under] = [mean(experiment), mean(control)];
  return over === 0 || under === 0 ? Number.POSITIVE_INFINITY : over / under;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * By how much the experiment lies above the control (Hodges-Lehmann), and its confidence interval.
 * @param quantile of the normal distribution: 1.96 for 95 %
 */
export function shiftBetween(
  experiment: readonly number[],
  control: readonly number[],
  quantile: number,
): Shift {
  const x = Float64Array.from(experiment).sort();
  const y = Float64Array.from(control).sort();
  const least = (x[0] ?? 0) - (y.at(-1) ?? 0);
  const most = (x.at(-1) ?? 0) - (y[0] ?? 0);
  const root = (of: (shift: number) => number) => crossing(of, least, most);
  return {
    low: root((shift) => score(x, y, shift, true) - quantile),
    estimate: root((shift) => score(x, y, shift, false)),
    high: root((shift) => score(x, y, shift, true) + quantile),
  };
}

/** Where a falling step function goes through zero; an end of the range if it does not. */
function crossing(of: (shift: number) => number, least: number, most: number): number {
  if (of(least) <= 0) return least;
  if (of(most) >= 0) return most;
  let [low, high] = [least, most];
  for (let halving = 0; halving < 50; halving += 1) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) return middle;
    if (of(middle) > 0) low = middle;
    else high = middle;
  }
  // ties make no shift at all the root: what is left of the halving beside it would be a shift of 1e-16
  return low <= 0 && high >= 0 ? 0 : (low + high) / 2;
}

/** Mann-Whitney's U of x - shift against y, standardised. Both sorted. Exported for its test. */
export function score(x: Float64Array, y: Float64Array, shift: number, corrected: boolean): number {
  const [n, m] = [x.length, y.length];
  let [i, j, wins, ties] = [0, 0, 0, 0];
  while (i < n || j < m) {
    const [left, right] = [valueAt(x, i) - shift, valueAt(y, j)];
    const value = Math.min(left, right);
    const [fromX, fromY] = [i, j];
    while (i < n && valueAt(x, i) - shift === value) i += 1;
    while (j < m && valueAt(y, j) === value) j += 1;
    wins += (i - fromX) * (fromY + (j - fromY) / 2);
    const tied = i - fromX + j - fromY;
    ties += tied ** 3 - tied;
  }
  const distance = wins - (n * m) / 2;
  const correction = corrected ? Math.sign(distance) / 2 : 0;
  const all = n + m;
  return (distance - correction) / Math.sqrt(((n * m) / 12) * (all + 1 - ties / (all * (all - 1))));
}

function valueAt(values: Float64Array, index: number): number {
  return values[index] ?? Number.POSITIVE_INFINITY;
}
