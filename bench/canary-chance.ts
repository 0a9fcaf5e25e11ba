import type { Chance } from '../cli/study/chance.ts';

/**
 * Repeatable chance: sfc32 (C. Doty-Humphrey, PractRand), its state filled from the numbers given by splitmix32, so
 * that neighbouring seeds share nothing. Two words a draw: a tail of 1e-9 is as exact as the middle.
 */
export function seededChance(...seed: readonly number[]): Chance {
  let mix = 0x9e3779b9;
  for (const part of seed) mix = scrambled((mix ^ part) >>> 0);
  const words = [0, 0, 0].map(() => {
    mix = (mix + 0x9e3779b9) >>> 0;
    return scrambled(mix);
  });
  let [a = 0, b = 0, c = 0] = words;
  let counter = 1;
  const word = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let warm = 0; warm < 12; warm += 1) word();
  return () => ((word() >>> 5) * 2 ** 26 + (word() >>> 6)) / 2 ** 53;
}

function scrambled(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
