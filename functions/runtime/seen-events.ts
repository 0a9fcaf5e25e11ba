const KEPT = 10_000;
const seen = new Set<string>();

/**
 * Whether this process meets an event for the first time. It remembers the last ten thousand: a second delivery of the
 * bus, which comes within minutes, mostly meets the process of the first.
 */
export function firstTime(eventId: string): boolean {
  if (seen.has(eventId)) return false;
  seen.add(eventId);
  const [oldest] = seen;
  if (seen.size > KEPT && oldest !== undefined) seen.delete(oldest);
  return true;
}
