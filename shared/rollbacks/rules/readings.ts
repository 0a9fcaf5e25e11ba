/** Pure reading of a series of health readings; used by several rules and by the health watch. Oldest first. */
export type Reading = {
  readonly health: string;
  readonly sync: string;
  readonly revision?: string | undefined;
  readonly desired?: number | undefined;
  readonly available?: number | undefined;
  readonly observedAt: string;
};

/** Degraded counts, but a service scaled to zero is not degraded (W13). */
export function isBad(reading: Reading): boolean {
  return reading.health === 'Degraded' && reading.desired !== 0;
}

export function isHealthy(reading: Reading): boolean {
  return reading.health === 'Healthy';
}

/** A usable reading that is not bad: the service was not degraded all the time. */
export function speaksAgainst(reading: Reading): boolean {
  return reading.health !== 'Unknown' && !isBad(reading);
}

type Run = { readonly count: number; readonly seconds: number };

/**
 * The run of readings at the end of the series for which `holds`: how many in a row, and seconds from the first
 * to the last of them. A gap of more than `maxGapSeconds` between two readings breaks it: what nobody read is unknown.
 */
export function lastRun(
  readings: readonly Reading[],
  holds: (reading: Reading) => boolean,
  maxGapSeconds: number,
): Run {
  let count = 0;
  let first: number | undefined;
  let last: number | undefined;
  let next: number | undefined;
  for (const reading of [...readings].reverse()) {
    const at = Date.parse(reading.observedAt);
    if (!holds(reading)) break;
    if (next !== undefined && (next - at) / 1000 > maxGapSeconds) break;
    last ??= at;
    first = at;
    next = at;
    count += 1;
  }
  return { count, seconds: first === undefined || last === undefined ? 0 : (last - first) / 1000 };
}

/** The run of bad readings at the end of the series, all of one revision: another revision is another episode. */
export function lastBadRun(readings: readonly Reading[], maxGapSeconds: number): Run {
  const revision = readings.at(-1)?.revision;
  return lastRun(readings, (reading) => isBad(reading) && reading.revision === revision, maxGapSeconds);
}

/** Seconds of unbroken health up to the newest reading; 0 when that is too old to speak for now. */
export function healthySeconds(readings: readonly Reading[], now: string, maxGapSeconds: number): number {
  const newest = readings.at(-1);
  if (newest === undefined) return 0;
  if ((Date.parse(now) - Date.parse(newest.observedAt)) / 1000 > maxGapSeconds) return 0;
  return lastRun(readings, isHealthy, maxGapSeconds).seconds;
}
