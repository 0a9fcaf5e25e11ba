import { wilson } from '../../shared/deployments/rules/genops/study.ts';
import type { Chance } from './chance.ts';

/** A figure with its 95 % interval and what it was counted over. */
export type Figure = {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly of: number;
};

const NOTHING: Figure = { value: null, low: null, high: null, of: 0 };

/** A share, with the interval of Wilson. */
export function shareOf(part: number, of: number): Figure {
  if (of === 0) return NOTHING;
  const { lower, upper } = wilson(part, of);
  return { value: rounded(part / of), low: rounded(lower), high: rounded(upper), of };
}

/** The median of what was counted, with the order statistics that hold it in 95 % of samples, whatever its distribution. */
export function medianOf(values: readonly number[]): Figure {
  const of = values.length;
  if (of === 0) return NOTHING;
  const sorted = values.toSorted((one, other) => one - other);
  const at = (rank: number) => sorted[Math.min(of - 1, Math.max(0, rank))] ?? 0;
  const half = (1.96 * Math.sqrt(of)) / 2;
  return {
    value: rounded((at(Math.ceil(of / 2) - 1) + at(Math.floor(of / 2))) / 2),
    low: rounded(at(Math.floor(of / 2 - half) - 1)),
    high: rounded(at(Math.ceil(of / 2 + half))),
    of,
  };
}

const RESAMPLES = 400;

/** A mean, with the percentile bootstrap of what was counted. */
export function meanOf(values: readonly number[], chance: Chance): Figure {
  const of = values.length;
  if (of === 0) return NOTHING;
  const mean = (value: () => number) => {
    let sum = 0;
    for (let index = 0; index < of; index += 1) sum += value();
    return sum / of;
  };
  let next = 0;
  const all = mean(() => values[next++] ?? 0);
  const means = Array.from({ length: RESAMPLES }, () =>
    mean(() => values[Math.floor(chance() * of)] ?? 0),
  ).toSorted((one, other) => one - other);
  const at = (share: number) => rounded(means[Math.floor(share * RESAMPLES)] ?? 0);
  return { value: rounded(all), low: at(0.025), high: at(0.975), of };
}

function rounded(value: number): number {
  return Number(value.toPrecision(6));
}

/**
 * The chance that a score is higher for one of `above` than for one of `below`, ties counting half: 0.5 tells nothing, 1
 * everything. Interval of Hanley and McNeil (1982).
 */
export function higherShare(above: readonly number[], below: readonly number[]): Figure {
  const of = above.length;
  if (of === 0 || below.length === 0) return NOTHING;
  const sorted = below.toSorted((one, other) => one - other);
  const wins = above.reduce((sum, score) => sum + (lowerThan(sorted, score) + upTo(sorted, score)) / 2, 0);
  const share = wins / (of * below.length);
  const [one, two] = [share / (2 - share), (2 * share ** 2) / (1 + share)];
  const spread = (of - 1) * (one - share ** 2) + (below.length - 1) * (two - share ** 2);
  const error = Math.sqrt((share * (1 - share) + spread) / (of * below.length));
  return {
    value: rounded(share),
    low: rounded(Math.max(0, share - 1.96 * error)),
    high: rounded(Math.min(1, share + 1.96 * error)),
    of,
  };
}

const lowerThan = (sorted: readonly number[], score: number) => places(sorted, (each) => each < score);
const upTo = (sorted: readonly number[], score: number) => places(sorted, (each) => each <= score);

/** How many at the beginning are so. */
function places(sorted: readonly number[], is: (value: number) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (is(sorted[middle] ?? 0)) low = middle + 1;
    else high = middle;
  }
  return low;
}
