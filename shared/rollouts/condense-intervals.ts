import { isoTime, millis } from '../kernel/index.ts';
import type { Arm, Interval } from './judge-contract.ts';

/** What the intervals are laid out by. Seconds are real ones. */
export type Layout = {
  /** When the first stage took its traffic: the blocks are laid from there, so that they never shift. */
  readonly from: string;
  /** Of one measured interval. */
  readonly seconds: number;
  /** How many of them the plan takes for one: more than 1 only for a plan that runs for hours. */
  readonly every: number;
  /** When the split changed: nothing is merged across it. */
  readonly cuts: readonly string[];
  /** Starts of intervals that stay as they were measured, and across which nothing is merged: a verdict hangs on them. */
  readonly marks?: readonly string[];
};

/** So many of the latest intervals stay as they were measured. */
const TAIL = 30;
/** Up to so many intervals after the start, blocks of so many; then larger ones. */
const ZONES = [
  { until: 60, size: 1 },
  { until: 480, size: 10 },
  { until: Number.POSITIVE_INFINITY, size: 60 },
] as const;

type Kind = 'both' | 'canary' | 'baseline';

/**
 * The intervals of a rollout, few enough for one decision however long it was held or paused: two days are about 200.
 * What is old is added up in blocks on a fixed grid from the start; only intervals of one split are, and of the same
 * arms, so that what could not be compared stays apart. The labels of such a block are as exact as those of its minutes
 * (canary.md 3.1: the split is conditioned on); the first hour and the latest half hour are never merged.
 * @param least of a block, in intervals of the plan: from 2 on everything is merged into blocks of so many or more, the
 * latest as well but for half an hour divided by it
 */
export function condenseIntervals(
  intervals: readonly Interval[],
  layout: Layout,
  least = 1,
): readonly Interval[] {
  const from = millis(layout.from);
  const indexOf = ({ at }: Interval) => Math.floor((millis(at) - from) / 1000 / layout.seconds);
  const inOrder = intervals.toSorted((a, b) => millis(a.at) - millis(b.at));
  const last = inOrder.at(-1);
  if (last === undefined) return [];
  const tail = indexOf(last) - Math.floor(TAIL / least) * layout.every;
  const blocks = new Map<string, Interval[]>();
  for (const interval of inOrder) {
    const key = blockOf(indexOf(interval), { every: layout.every, tail, least });
    const isMarked = layout.marks?.includes(interval.at) ?? false;
    const name =
      key === undefined || isMarked ? interval.at : `${key}/${partOf(interval, layout)}/${kindOf(interval)}`;
    const block = blocks.get(name);
    if (block === undefined) blocks.set(name, [interval]);
    else block.push(interval);
  }
  return [...blocks.values()].flatMap((block) => merged(block, layout.seconds));
}

type Grid = { readonly every: number; readonly tail: number; readonly least: number };

/** The block of an interval that is merged; undefined for one that stays. */
function blockOf(index: number, { every, tail, least }: Grid): string | undefined {
  const zone = ZONES.find(({ until }) => index < until * every)?.size ?? 1;
  const size = Math.max(zone, least) * every;
  const block = Math.floor(index / size);
  // a block that is not over yet waits, so that it never changes; where bytes are short there is no next time
  const isOver = least === 1 ? (block + 1) * size <= tail : index <= tail;
  return size > 1 && isOver ? `${size}/${block}` : undefined;
}

/** Between which cuts and marks it lies. */
function partOf({ at }: Interval, { cuts, marks = [] }: Layout): number {
  return [...cuts, ...marks].filter((each) => millis(each) <= millis(at)).length;
}

function kindOf({ canary, baseline }: Interval): Kind {
  if (canary === undefined) return 'baseline';
  return baseline === undefined ? 'canary' : 'both';
}

function merged(block: readonly Interval[], seconds: number): readonly Interval[] {
  const [first] = block;
  const last = block.at(-1);
  if (first === undefined || last === undefined) return [];
  if (block.length === 1) return [first];
  const canary = sumOf(block.map((each) => each.canary));
  const baseline = sumOf(block.map((each) => each.baseline));
  return [
    {
      at: first.at,
      end: isoTime(millis(last.at) + seconds * 1000),
      ...(canary !== undefined && { canary }),
      ...(baseline !== undefined && { baseline }),
    },
  ];
}

/** A threshold that one of them does not have cannot be added up. */
function sumOf(arms: readonly (Arm | undefined)[]): Arm | undefined {
  const known = arms.filter((arm) => arm !== undefined);
  const total = (of: (arm: Arm) => number | undefined) => known.reduce((sum, arm) => sum + (of(arm) ?? 0), 0);
  if (known.length === 0) return undefined;
  const everywhere = Object.keys(known[0]?.slower ?? {}).filter((ms) =>
    known.every(({ slower }) => slower[ms] !== undefined),
  );
  return {
    requests: total(({ requests }) => requests),
    failures: total(({ failures }) => failures),
    slower: Object.fromEntries(everywhere.map((ms) => [ms, total(({ slower }) => slower[ms])])),
  };
}
