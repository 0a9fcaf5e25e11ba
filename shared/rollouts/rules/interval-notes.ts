import type { Interval } from '../judge-contract.ts';
import { timeOf } from './intervals.ts';

/** So many gaps are told one by one. */
const TOLD = 3;
const MINUTE_MS = 60_000;

type Place = { readonly at: string; readonly time: number; readonly end: number | undefined };

/**
 * What is odd about intervals that somebody brought by hand, though they can be judged: minutes missing in between, and
 * dates after `now` (epoch ms). Where no interval says its end, each is as long as the shortest step from one to the
 * next; less than half of that is no gap. Plain numbers have no date and are never in the future.
 * Throws Fault('InvalidInput') for a time that cannot be read.
 */
export function intervalNotes(intervals: readonly Interval[], now: number): readonly string[] {
  const byTime = new Map(intervals.map((interval) => placeOf(interval)).map((place) => [place.time, place]));
  const places = [...byTime.values()].toSorted((a, b) => a.time - b.time);
  return [...gapNotes(places), ...futureNotes(places, now)];
}

function placeOf({ at, end }: Interval): Place {
  return { at, time: timeOf(at, 'at', at), end: end === undefined ? undefined : timeOf(end, 'end', at) };
}

function gapNotes(places: readonly Place[]): readonly string[] {
  const pairs = places.slice(1).flatMap((next, index) => {
    const before = places[index];
    return before === undefined ? [] : [{ before, next }];
  });
  const step = pairs.reduce(
    (least, { before, next }) => Math.min(least, next.time - before.time),
    Number.POSITIVE_INFINITY,
  );
  const gaps = pairs.flatMap(({ before, next }) => {
    const missing = next.time - (before.end ?? before.time + step);
    return missing < step / 2
      ? []
      : [`gap of ${lengthOf(missing, before)} between ${before.at} and ${next.at}: nobody measured it`];
  });
  const rest = gaps.length - TOLD;
  return rest > 0 ? [...gaps.slice(0, TOLD), `${rest} more gap(s) after these`] : gaps;
}

/** Numbers may count minutes or anything else. */
function lengthOf(length: number, { at }: Place): string {
  if (isNumber(at)) return String(Number(length.toPrecision(6)));
  const minutes = length / MINUTE_MS;
  if (!Number.isInteger(minutes)) return `${Number((length / 1000).toPrecision(6))} seconds`;
  return minutes === 1 ? '1 minute' : `${minutes} minutes`;
}

function futureNotes(places: readonly Place[], now: number): readonly string[] {
  const later = places.filter(({ at, time }) => !isNumber(at) && time > now);
  const last = later.at(-1);
  return last === undefined
    ? []
    : [
        `${later.length} interval(s) begin in the future, the last one at ${last.at}: nobody can have measured it`,
      ];
}

function isNumber(at: string): boolean {
  return /^-?\d+(\.\d+)?$/.test(at);
}
