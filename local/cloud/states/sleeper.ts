/** Sleeps that end at a time, by a wake, or at the close: every execution that waits waits here. */
export type Sleeper = {
  /** Resolves at `until` (ms since 1970), on a wake of the key, or at the close. */
  readonly sleep: (key: string, until: number) => Promise<void>;
  readonly wake: (key: string) => void;
  readonly wakeAll: () => void;
};

/** setTimeout cannot count further; whoever sleeps longer wakes once in between and looks at the clock. */
export const LONGEST_MS = 2 ** 31 - 1;

/** A sleeper on a clock of ms since 1970. */
export function createSleeper(now: () => number): Sleeper {
  const sleeping = new Map<string, () => void>();
  return {
    sleep: (key, until) =>
      new Promise((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          sleeping.delete(key);
          resolve();
        };
        const timer = setTimeout(wake, Math.min(Math.max(until - now(), 0), LONGEST_MS));
        sleeping.set(key, wake);
      }),
    wake: (key) => sleeping.get(key)?.(),
    wakeAll: () => {
      for (const wake of [...sleeping.values()]) wake();
    },
  };
}
