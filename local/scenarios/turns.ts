/**
 * Lets a journey's degraded part begin when there is room for it. Health is read once a second then, and a reading that
 * comes half a second late counts as a gap: more degraded services than the machine can follow would confirm nothing.
 */
export type Turn = <T>(places: number, story: () => Promise<T>) => Promise<T>;

/** Degraded services that two cores follow at full speed. */
const PLACES = 6;

/** First come, first served; a story that needs more places than are free waits, and those behind it with it. */
export function startTurns(all = PLACES): Turn {
  let free = all;
  const waiting: { readonly places: number; readonly begin: () => void }[] = [];
  const next = (): void => {
    const [first] = waiting;
    if (first === undefined || first.places > free) return;
    waiting.shift();
    free -= first.places;
    first.begin();
    next();
  };
  return async (places, story) => {
    await new Promise<void>((begin) => {
      waiting.push({ places: Math.min(places, all), begin });
      next();
    });
    try {
      return await story();
    } finally {
      free += Math.min(places, all);
      next();
    }
  };
}
