/**
 * The failure-label e-process (mixture likelihood ratio): spec canary.md 3.1. Given a failure, it is the canary's
 * with probability theta(rho, w) = rho w / (rho w + 1 - w), where w is the canary's share of the requests and rho
 * the ratio of the failure rates; no estimate of the rates themselves is needed.
 */

/** Alternatives of the ROLLBACK form, as multiples of r0; equal weights. */
const HARM_RATIOS = [1.25, 1.5, 2, 3, 5, 10, 20] as const;
/** Alternatives of the SAFE form, as ratios themselves; those not below rBad are left out. Equal weights. */
const SAFE_RATIOS = [0.5, 0.75, 1, 1.1] as const;

/** Alternatives against a null ratio, with what does not depend on the data worked out before. */
export type LabelGrid = {
  readonly null: number;
  readonly ratios: readonly number[];
  /** ln(ratio / null) for each. */
  readonly logRatios: readonly number[];
  /** As many zeros, to begin sums with: copied from numbers with a fraction, or else the first sum would copy them once more. */
  readonly zeros: readonly number[];
};

/** H0: rho <= r0, against r0 times each of HARM_RATIOS. */
export function harmGrid(r0: number): LabelGrid {
  return gridOf(
    r0,
    HARM_RATIOS.map((ratio) => r0 * ratio),
  );
}

/** H0: rho >= rBad, against SAFE_RATIOS below it. */
export function safeGrid(rBad: number): LabelGrid {
  return gridOf(
    rBad,
    SAFE_RATIOS.filter((ratio) => ratio < rBad),
  );
}

function gridOf(base: number, ratios: readonly number[]): LabelGrid {
  const logRatios = ratios.map((ratio) => Math.log(ratio / base));
  return { null: base, ratios, logRatios, zeros: [...logRatios].fill(0) };
}

/**
 * ln((1 - theta(ratio, w)) / (1 - theta(null, w))) for each alternative: all that depends on the weight.
 * ln(theta(ratio, w) / theta(null, w)) is this plus ln(ratio / null).
 * @param share of the canary in the requests, in (0, 1)
 * @param terms where they are put: the shares of intervals differ, and one array does for all
 */
export function weightTerms(
  grid: LabelGrid,
  share: number,
  terms: number[] = [...grid.zeros],
): readonly number[] {
  const { null: least, ratios } = grid;
  const base = least * share + 1 - share;
  for (let k = 0; k < ratios.length; k += 1)
    terms[k] = Math.log(base / ((ratios[k] ?? 1) * share + 1 - share));
  return terms;
}

/**
 * Adds what an interval's labels say to the log likelihood ratios, in place: one array lives through a judgement.
 * Returns the greatest of them.
 */
export function addLabels(
  sums: number[],
  { logRatios }: LabelGrid,
  terms: readonly number[],
  canary: number,
  baseline: number,
): number {
  const both = canary + baseline;
  let most = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < sums.length; k += 1) {
    const sum = (sums[k] ?? 0) + canary * (logRatios[k] ?? 0) + both * (terms[k] ?? 0);
    sums[k] = sum;
    if (sum > most) most = sum;
  }
  return most;
}

/** e to this power is nothing beside 1: what lies so far below the greatest moves no digit of a sum. */
export const NOTHING = -45;

/** Natural log of the mean of e^(x / divisor) over the values, without overflow. An empty list gives 0 (E = 1). */
export function logMeanExp(values: readonly number[], divisor = 1): number {
  const count = values.length;
  if (count === 0) return 0;
  const most = greatest(values);
  let sum = 0;
  for (let k = 0; k < count; k += 1) {
    const below = ((values[k] ?? 0) - most) / divisor;
    if (below === 0) sum += 1;
    else if (!(below < NOTHING)) sum += Math.exp(below);
  }
  return most / divisor + Math.log(sum / count);
}

/** More than the logarithm of how many alternatives any grid has: so far a mean is below its greatest value, at most. */
export const BELOW_GREATEST = 2.5;

/** The greatest of the values: where the logarithm of their mean is at most. */
export function greatest(values: readonly number[]): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < values.length; k += 1) {
    const value = values[k] ?? 0;
    if (value > most) most = value;
  }
  return most;
}
