/** Uniform in [0, 1), in equal steps. */
export type Chance = () => number;

/**
 * A stream of chance of its own for each thing that is drawn: sfc32 (C. Doty-Humphrey, PractRand), its state filled from
 * the parts, in steps of 2^-32. What one deployment draws does not move what another draws, so that two arms meet the same changes and the
 * same traffic (common random numbers).
 */
export function stream(...parts: readonly number[]): Chance {
  let mix = 0x9e3779b9;
  for (const part of parts) mix = scrambled((mix ^ part) >>> 0);
  let a = scrambled(mix + 1);
  let b = scrambled(mix + 2);
  let c = scrambled(mix + 3);
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let warm = 0; warm < 8; warm += 1) next();
  return next;
}

function scrambled(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

/** Standard normal (Box and Muller). */
export function normal(chance: Chance): number {
  return Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());
}

/** Above this mean the rounded normal is taken. */
export const LARGE_COUNT = 40;

/** A Poisson count by inversion, one number of chance each: exact but for the 2^-32 steps, and for large means but for skewness. */
export function poisson(mean: number, chance: Chance): number {
  if (mean <= 0) return 0;
  if (mean > LARGE_COUNT) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(chance)));
  const drawn = chance();
  let term = Math.exp(-mean);
  let count = 0;
  for (let sum = term; sum < drawn && term > 0; sum += term) {
    count += 1;
    term *= mean / count;
  }
  return count;
}

/** Mean 1. */
export function exponential(chance: Chance): number {
  return -Math.log(1 - chance());
}

/** Every factor between the ends as likely as the next. */
export function logUniform(chance: Chance, least: number, most: number): number {
  return least * (most / least) ** chance();
}

/** One of them, each as likely. */
export function anyOf<T>(chance: Chance, items: readonly [T, ...T[]]): T {
  return items[Math.floor(chance() * items.length)] ?? items[0];
}

/** P(Z > z) of a standard normal variable: Abramowitz and Stegun 26.2.17, off by less than 1e-7. */
export function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z);
  const t = 1 / (1 + 0.2316419 * z);
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
}
