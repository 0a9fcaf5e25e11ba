import { Fault } from '../../kernel/index.ts';
import type { Arm, Interval } from '../judge-contract.ts';

export type ClosedIntervals = {
  /** Oldest first, each once, as last revised. */
  readonly closed: readonly Interval[];
  /** Ids of those whose end the provider's data has not reached. */
  readonly open: readonly string[];
};

/**
 * The intervals that may be judged: the latest revision of each, in the order of time, closed by their watermark.
 * Throws Fault('InvalidInput') for a time that cannot be read, and for two revisions of which none is the later one.
 */
export function closeIntervals(intervals: readonly Interval[]): ClosedIntervals {
  return isPlain(intervals) ? { closed: intervals, open: [] } : closed(intervals);
}

/** As they usually come: each once, in the order of time, and nobody says that one is still open. */
function isPlain(intervals: readonly Interval[]): boolean {
  let before = Number.NEGATIVE_INFINITY;
  for (const { at, id, end, watermark } of intervals) {
    if (id !== undefined || (end !== undefined && watermark !== undefined)) return false;
    const time = timeOf(at, 'at', at);
    if (!(time > before)) return false;
    before = time;
  }
  return true;
}

function closed(intervals: readonly Interval[]): ClosedIntervals {
  const latest = new Map<string, Interval>();
  intervals.forEach((interval, index) => {
    // one time has many spellings
    const id = interval.id ?? String(timeOf(interval.at, 'at', interval.at));
    const known = latest.get(id);
    latest.set(id, known === undefined ? interval : laterRevision(known, interval, index));
  });
  const all = [...latest.values()];
  const times = new Map(all.map((interval) => [interval, timeOf(interval.at, 'at', interval.at)]));
  const inOrder = isSorted(all, times) ? all : all.toSorted((a, b) => timeIn(times, a) - timeIn(times, b));
  const open = inOrder.filter((interval) => !isClosed(interval));
  if (open.length === 0) return { closed: inOrder, open: [] };
  return { closed: inOrder.filter(isClosed), open: open.map((interval) => interval.id ?? interval.at) };
}

function isSorted(all: readonly Interval[], times: ReadonlyMap<Interval, number>): boolean {
  return all.every((interval, index) => {
    const before = all[index - 1];
    return before === undefined || timeIn(times, before) <= timeIn(times, interval);
  });
}

function timeIn(times: ReadonlyMap<Interval, number>, interval: Interval): number {
  return times.get(interval) ?? Number.NaN;
}

function isClosed({ at, end, watermark }: Interval): boolean {
  if (end === undefined || watermark === undefined) return true;
  return timeOf(watermark, 'watermark', at) >= timeOf(end, 'end', at);
}

function laterRevision(known: Interval, other: Interval, index: number): Interval {
  if (sameCounts(known, other) && known.watermark === other.watermark) return known;
  const [before, after] = [known.watermark, other.watermark].map((mark) =>
    mark === undefined ? Number.NEGATIVE_INFINITY : timeOf(mark, 'watermark', known.at),
  );
  if (before !== undefined && after !== undefined && before !== after) return before < after ? other : known;
  const name = known.id ?? known.at;
  const message = `gives ${name} a second time with other counts, and no watermark says which is later`;
  throw new Fault('InvalidInput', `intervals.${index} ${message}`, {
    issues: [{ path: `intervals.${index}`, message }],
  });
}

function sameCounts(one: Interval, other: Interval): boolean {
  return armText(one.canary) === armText(other.canary) && armText(one.baseline) === armText(other.baseline);
}

function armText(arm: Arm | undefined): string {
  if (arm === undefined) return '';
  const slower = Object.entries(arm.slower).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([arm.requests, arm.failures, slower]);
}

/** Milliseconds of a date, or the number itself. Throws Fault('InvalidInput') for what is neither. */
export function timeOf(text: string, field: string, at: string): number {
  const time = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : Date.parse(text);
  if (!Number.isNaN(time)) return time;
  const message = `must be an ISO 8601 time or a number, not "${text}"`;
  throw new Fault('InvalidInput', `interval ${at}: ${field} ${message}`, {
    issues: [{ path: `intervals.${at}.${field}`, message }],
  });
}
