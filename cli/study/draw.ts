import type { Chance } from './chance.ts';

/** One draw of a distribution. */
export type Draw = (chance: Chance) => number;

/** Exact Poisson draws by inversion. mean >= 0. */
export function poissonDraw(mean: number): Draw {
  if (mean === 0) return () => 0;
  return inversion(
    Math.floor(mean),
    (k) => mean / (k + 1),
    (k) => k / mean,
  );
}

/** Exact binomial draws by inversion. n >= 0, 0 <= p <= 1. */
export function binomialDraw(n: number, p: number): Draw {
  if (n === 0 || p === 0) return () => 0;
  if (p === 1) return () => n;
  const odds = p / (1 - p);
  return inversion(
    Math.min(n, Math.floor((n + 1) * p)),
    (k) => ((n - k) / (k + 1)) * odds,
    (k) => k / (n - k + 1) / odds,
  );
}

/** What is left out at each end, as a share of the likeliest value: far below the steps of the chance. */
const NEGLIGIBLE = 1e-25;

/**
 * Inversion of a distribution known by the ratios of neighbouring probabilities, from its likeliest value outwards;
 * an index of the cumulative sums makes a draw one step on average, whatever the mean.
 */
function inversion(mode: number, up: (k: number) => number, down: (k: number) => number): Draw {
  const below: number[] = [];
  for (let k = mode, weight = down(mode); k > 0 && weight > NEGLIGIBLE; k -= 1, weight *= down(k))
    below.push(weight);
  const above = [1];
  for (let k = mode, weight = up(mode); weight > NEGLIGIBLE; k += 1, weight *= up(k)) above.push(weight);
  const weights = [...below.reverse(), ...above];
  const first = mode - below.length;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const cumulative = new Float64Array(weights.length);
  let sum = 0;
  weights.forEach((weight, index) => {
    sum += weight / total;
    cumulative[index] = sum;
  });
  cumulative[weights.length - 1] = 1;
  return lookUp(first, cumulative);
}

function lookUp(first: number, cumulative: Float64Array): Draw {
  const slots = 2 ** Math.ceil(Math.log2(cumulative.length * 2));
  const starts = new Int32Array(slots);
  for (let slot = 0, index = 0; slot < slots; slot += 1) {
    while ((cumulative[index] ?? 1) <= slot / slots) index += 1;
    starts[slot] = index;
  }
  return (chance) => {
    const drawn = chance();
    let index = starts[Math.floor(drawn * slots)] ?? 0;
    while ((cumulative[index] ?? 1) <= drawn) index += 1;
    return first + index;
  };
}
