/** Sleeps that end at a time, by a wake, or at the close: every frame that waits waits here. */
export type Sleeper = {
  /** Resolves at `until` (ms since 1970), on a wake of the key, or at the close. */
  readonly sleep: (key: string, until: number) => Promise<void>;
  readonly wake: (key: string) => void;
  /** Wakes every key that starts with the prefix. */
  readonly wakeAll: (prefix: string) => void;
};

/** setTimeout cannot count further; whoever sleeps longer wakes once in between and looks at the clock. */
export const LONGEST_MS = 2 ** 31 - 1;

/** A sleeper on a clock of ms since 1970. */
export function createSleeper(now: () => number): Sleeper {
  const sleeping = new Map<string, () => void>();
  const wake = (key: string): void => sleeping.get(key)?.();
  return {
    sleep: (key, until) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => wake(key), Math.min(Math.max(until - now(), 0), LONGEST_MS));
        sleeping.set(key, () => {
          clearTimeout(timer);
          sleeping.delete(key);
          resolve();
        });
      }),
    wake,
    wakeAll: (prefix) => {
      for (const key of [...sleeping.keys()]) if (key.startsWith(prefix)) wake(key);
    },
  };
}
