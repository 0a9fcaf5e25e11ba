/**
 * Uniform numbers in [0, 1) from a seed, always the same ones: Mulberry32 (T. Ettinger), 32 bits of state. For
 * simulations inside a rule, which must replay; never for secrets.
 */
export function seededChance(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Above this mean the normal approximation is taken: its error is far below that of 1,000 runs. */
const LARGE = 50;

/** A Poisson count: by Knuth's product for small means, by the rounded normal for large ones. */
export function poisson(mean: number, chance: () => number): number {
  if (mean <= 0) return 0;
  if (mean > LARGE) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(chance)));
  const floor = Math.exp(-mean);
  let count = 0;
  for (let product = chance(); product > floor; product *= chance()) count += 1;
  return count;
}

/** Box and Muller. 1 - u keeps the logarithm finite. */
function normal(chance: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());
}
