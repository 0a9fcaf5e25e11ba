import type { Arm, Interval, JudgeSettings } from '../judge-contract.ts';
import { frozenFano } from './dispersion.ts';

/** Below so many windows a factor read from them is too small too often: with bursts of 5 and 6 windows for 4 % of releases. */
const LEAST_WINDOWS = 15;
/** Below so much that is bad, or so few windows with any, bursts may be there that were not to be seen. */
const LEAST_BAD = 20;
const LEAST_BAD_WINDOWS = 8;
/** Of what may be bursts, the canary must have had some in so many intervals. */
const SPREAD = 3;
/** An incident: so many times the odds of bad of a good window, which is taken to have at least these ... */
const TIMES_ODDS = 10;
const LEAST_ODDS = 0.005 / 0.995;
/** ... and so many more that are bad than a good window's share would give. */
const MORE_BAD = 30;
/** Into a window beside it an incident reaches where so much more is bad, and so many deviations of independent failures. */
const EDGE_BAD = 5;
const EDGE_DEVIATIONS = 3;

export type BurstsBefore = {
  readonly fano: JudgeSettings['fano'];
  /** Absent where every factor could be read. */
  readonly spread?: NonNullable<JudgeSettings['spread']>;
  /** The windows from which it was read, and those that were an incident. */
  readonly kept: readonly Interval[];
  readonly left: readonly Interval[];
  /** What could not be read: undefined for failures, else ms; with how much of it there was in the windows kept. */
  readonly unread: readonly { readonly ms: number | undefined; readonly bad: number }[];
};

/**
 * How what is bad came before the release, from windows of the whole traffic. An incident is not the service's way to fail: one
 * of nine minutes gives factors by which neither the judge nor the kill switch would condemn a canary that fails always. So
 * windows of one are left out. With too few windows left the factor is read from the baseline as the rollout goes.
 * @param counted ms of all thresholds that were counted; `judged` are those of them that the judge compares
 */
export function burstsBefore(
  windows: readonly Interval[],
  { judged, counted }: { readonly judged: readonly number[]; readonly counted: readonly number[] },
): BurstsBefore {
  const incidents = incidentsIn(windows, [undefined, ...counted]);
  const kept = windows.filter((_, index) => !incidents.has(index));
  const left = windows.filter((_, index) => incidents.has(index));
  const isYoung = kept.length < LEAST_WINDOWS;
  const unread = [undefined, ...judged].flatMap((ms) => {
    const bad = kept.flatMap(({ baseline }) => badOf(baseline, ms) ?? []);
    const sum = bad.reduce((total, each) => total + each, 0);
    const isRead = sum >= LEAST_BAD && bad.filter((each) => each > 0).length >= LEAST_BAD_WINDOWS;
    return isRead && !isYoung ? [] : [{ ms, bad: sum }];
  });
  const slower = unread.flatMap(({ ms }) => ms ?? []);
  const spread = { intervals: SPREAD, errors: unread.some(({ ms }) => ms === undefined), slower };
  return {
    fano: isYoung ? 'estimate' : frozenFano(kept, counted),
    ...(unread.length > 0 && { spread }),
    ...{ kept, left, unread },
  };
}

function badOf(arm: Arm | undefined, ms: number | undefined): number | undefined {
  return ms === undefined ? arm?.failures : arm?.slower[ms];
}

/** Indices of the windows that are an incident in any of these, and of those beside them into which it reaches. */
function incidentsIn(
  windows: readonly Interval[],
  metrics: readonly (number | undefined)[],
): ReadonlySet<number> {
  return new Set(metrics.flatMap((ms) => incidentsOf(windows.map(({ baseline }) => seenIn(baseline, ms)))));
}

type Seen = { readonly requests: number; readonly bad: number };

function seenIn(arm: Arm | undefined, ms: number | undefined): Seen | undefined {
  const bad = badOf(arm, ms);
  return arm === undefined || arm.requests === 0 || bad === undefined
    ? undefined
    : { requests: arm.requests, bad };
}

function incidentsOf(windows: readonly (Seen | undefined)[]): readonly number[] {
  const shares = windows.flatMap((seen) => (seen === undefined ? [] : [seen.bad / seen.requests]));
  // the lower quartile, not the median: an incident may have lasted half of the hour
  const good = shares.toSorted((a, b) => a - b)[Math.floor((shares.length - 1) / 4)] ?? 0;
  const limit = TIMES_ODDS * Math.max(LEAST_ODDS, good / (1 - good));
  const more = ({ requests, bad }: Seen) => bad - good * requests;
  const isIncident = (seen: Seen | undefined) =>
    seen !== undefined && more(seen) >= MORE_BAD && seen.bad >= limit * (seen.requests - seen.bad);
  const isEdge = (seen: Seen | undefined) =>
    seen !== undefined && more(seen) >= Math.max(EDGE_BAD, EDGE_DEVIATIONS * Math.sqrt(good * seen.requests));
  return windows.flatMap((seen, index) => {
    const reaches = isEdge(seen) && [windows[index - 1], windows[index + 1]].some(isIncident);
    return isIncident(seen) || reaches ? [index] : [];
  });
}
