import { decimal, millis } from '../../kernel/index.ts';
import type { Interval } from '../judge-contract.ts';
import { closeIntervals } from './intervals.ts';

/** One recorded step of a rollout. Times are ISO 8601. */
export type RecoveryStep = {
  readonly at: string;
  readonly to: string;
  readonly byPerson: boolean;
  /** The judge or the bake found it worse by then. */
  readonly condemns: boolean;
};
export type RecoveryInputs = {
  /** When the canary first took traffic, and when it had none again; null where it never came to that. */
  readonly started: string | null;
  readonly zero: string | null;
  /** Oldest first. */
  readonly steps: readonly RecoveryStep[];
  /** What was measured of both versions beside each other. */
  readonly intervals: readonly Interval[];
};

/** Seconds, and null for what did not happen. Depth and area are decimal strings, and null where nothing was compared. */
export type Recovery = {
  /** From the canary's first traffic to the first verdict against it. */
  readonly timeToDetect: number | null;
  /** From the first hold that a person answered to the answer; one that ended by itself was none. */
  readonly timeToAcknowledge: number | null;
  /** From the first verdict to no traffic: the time under a kill switch or a person's question is part of it. */
  readonly timeToMitigate: number | null;
  /** From the canary's first traffic to none, with or without a verdict. */
  readonly timeToRecover: number | null;
  /** The largest share by which it failed more often than the version beside it in one interval, 0 to 1. */
  readonly depth: string | null;
  /** Failures more than the version beside it would have had of its requests; below 0 where it had fewer. */
  readonly area: string | null;
};

/**
 * How quickly a rollout was found, answered and taken back, and what it cost meanwhile, from what was recorded of it. Depth
 * and area know only closed intervals in which both versions served: with all of the traffic there is nothing beside it.
 * Throws Fault('InvalidInput') as `closeIntervals`.
 */
export function recoveryMeasures({ started, zero, steps, intervals }: RecoveryInputs): Recovery {
  const verdict = steps.find(({ condemns }) => condemns)?.at ?? null;
  return {
    timeToDetect: seconds(started, verdict),
    timeToAcknowledge: acknowledged(steps),
    timeToMitigate: seconds(verdict, zero),
    timeToRecover: seconds(started, zero),
    ...lossOf(intervals),
  };
}

function seconds(from: string | null, to: string | null): number | null {
  return from === null || to === null || to < from ? null : (millis(to) - millis(from)) / 1000;
}

function acknowledged(steps: readonly RecoveryStep[]): number | null {
  let asked: string | null = null;
  for (const { at, to, byPerson } of steps) {
    // A graver reason, a page and a verb that is refused stay in the same hold.
    if (to === 'Held') asked ??= at;
    else if (asked !== null && byPerson) return seconds(asked, at);
    else asked = null;
  }
  return null;
}

function lossOf(intervals: readonly Interval[]): Pick<Recovery, 'depth' | 'area'> {
  const compared = closeIntervals(intervals).closed.flatMap(({ canary, baseline }) =>
    canary === undefined || baseline === undefined || canary.requests === 0 || baseline.requests === 0
      ? []
      : [{ ...canary, usual: baseline.failures / baseline.requests }],
  );
  if (compared.length === 0) return { depth: null, area: null };
  const shares = compared.map(({ requests, failures, usual }) => failures / requests - usual);
  const area = compared.reduce((sum, { requests, failures, usual }) => sum + failures - requests * usual, 0);
  return { depth: decimal(Math.max(0, ...shares)), area: decimal(area) };
}
