type Timer = { readonly at: number; readonly run: () => void };

/**
 * A clock that stands still until it is moved, and the timers of the whole process on it. Between two timers everything
 * that only waits for a promise is let run; `restore` gives the real timers back.
 */
export function virtualTime(start: number) {
  const { setTimeout: realSet, clearTimeout: realClear } = globalThis;
  const timers = new Map<number, Timer>();
  let now = start;
  let ids = 0;
  Reflect.set(globalThis, 'setTimeout', (run: () => void, milliseconds = 0) => {
    ids += 1;
    timers.set(ids, { at: now + Math.max(0, Number(milliseconds)), run });
    return ids;
  });
  Reflect.set(globalThis, 'clearTimeout', (id: unknown) => {
    if (typeof id === 'number') timers.delete(id);
    else if (id !== undefined) Reflect.apply(realClear, globalThis, [id]);
  });
  /** The first of the earliest: timers of the same moment run in the order in which they were set. */
  const next = (): readonly [number, Timer] | undefined => {
    let first: readonly [number, Timer] | undefined;
    for (const each of timers) if (first === undefined || each[1].at < first[1].at) first = each;
    return first;
  };
  return {
    now: () => now,
    /** Lets virtual seconds pass. */
    pass: async (seconds: number): Promise<void> => {
      const until = now + seconds * 1000;
      await settled();
      for (let due = next(); due !== undefined && due[1].at <= until; due = next()) {
        timers.delete(due[0]);
        now = Math.max(now, due[1].at);
        due[1].run();
        await settled();
      }
      now = until;
    },
    restore: (): void => {
      Reflect.set(globalThis, 'setTimeout', realSet);
      Reflect.set(globalThis, 'clearTimeout', realClear);
    },
  };
}

/** Every promise that could go on has gone on: nothing in a run waits for anything real. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
