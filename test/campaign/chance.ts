/** Repeatable chance for one purpose: what one draws does not move what another gets. */
export type Chance = {
  /** From 0 up to and without 1. */
  readonly next: () => number;
  /** A whole number, both ends included. */
  readonly between: (from: number, to: number) => number;
  readonly pick: <T>(from: readonly [T, ...T[]]) => T;
  readonly happens: (probability: number) => boolean;
};

/** Mulberry32 over a hash (FNV-1a) of the seed and the purpose. */
export function chanceOf(seed: number, purpose: string): Chance {
  let state = 0x811c9dc5;
  for (const character of `${seed}/${purpose}`)
    state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    between: (from, to) => from + Math.floor(next() * (to - from + 1)),
    pick: (from) => from[Math.floor(next() * from.length)] ?? from[0],
    happens: (probability) => next() < probability,
  };
}
