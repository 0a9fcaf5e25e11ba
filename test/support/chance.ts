import type { Clock, Random } from '../../shared/kernel/index.ts';

/** Repeatable chance: a 32-bit xorshift from a seed. */
export function seededRandom(seed = 1): Random {
  let state = seed === 0 ? 1 : seed;
  return (bytes) =>
    Uint8Array.from({ length: bytes }, () => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return state & 0xff;
    });
}

export type SteppingClock = Clock & { advance: (milliseconds: number) => void };

/** A clock that stands still until it is moved. */
export function fixedClock(start = '2026-11-21T10:00:00.000Z'): SteppingClock {
  let now = Date.parse(start);
  const clock = (): number => now;
  return Object.assign(clock, {
    advance: (milliseconds: number) => {
      now += milliseconds;
    },
  });
}
