import type { HoldReason } from '../contract.ts';
import type { Interval, JudgeSettings } from '../judge-contract.ts';
import type { Gaps } from './gaps.ts';
import type { BakeChoice } from './judge-bake.ts';
import { type Condemnation, type JudgeOutcome, judgeRollout, type Uncondemned } from './judge-rollout.ts';

/** What was measured while the canary and the version before served beside each other, read after the promotion. */
export type Split = {
  /** From the first stage on; none that was not over at the promotion. */
  readonly intervals: readonly Interval[];
  readonly settings: JudgeSettings;
  readonly standing: Condemnation | null;
  readonly promotedAt: string;
  /** Of one interval, and from its end until the provider calls it closed. */
  readonly intervalSeconds: number;
  readonly delaySeconds: number;
  /** As at a stage: a verdict that the intervals here are too few to show. */
  readonly found?: Condemnation | Uncondemned;
  readonly gaps?: Gaps;
};

export type SplitOutcome = {
  /** What gave the verdict had closed before all of the traffic was moved: it only was not acted on in time. */
  readonly raced: boolean;
  readonly judge: Omit<JudgeOutcome, 'intervals'>;
};

/** The same judge over the same intervals as at a stage: it keeps the same promise, since both versions were there. */
export function judgeSplit(split: Split): SplitOutcome {
  const { intervals, settings, standing, found, gaps } = split;
  const given = {
    ...{ intervals, settings },
    ...(standing !== null && { standing }),
    ...(found !== undefined && { found }),
    ...(gaps !== undefined && { gaps }),
  };
  const { intervals: _path, ...judge } = judgeRollout.decide(given);
  return { raced: judge.firstAt !== undefined && hadClosed(split, judge.firstAt), judge };
}

function hadClosed({ intervals, promotedAt, intervalSeconds, delaySeconds }: Split, at: string): boolean {
  const end = intervals.find((interval) => interval.at === at)?.end;
  const ended = end === undefined ? Date.parse(at) + intervalSeconds * 1000 : Date.parse(end);
  return ended + delaySeconds * 1000 <= Date.parse(promotedAt);
}

export type Condemned = {
  readonly raced: boolean;
  readonly choice: BakeChoice;
  readonly irreversible: boolean;
  readonly killSwitch: boolean;
  readonly heldFor: HoldReason | null;
  readonly standing: boolean;
};
type Led = { readonly to: 'stay' | 'Promoted' | 'Held' | 'RollingBack'; readonly reason: HoldReason | null };

/**
 * Where a verdict leads that finds the canary with all of the traffic. One that only was too slow goes before the
 * promotion, as it would have at the stage. One that the last minutes of the split gave afterwards finds nothing beside
 * the canary to go back to by promise: there the service's choice for its bake counts.
 */
export function condemnPromoted(given: Condemned): Led {
  const { raced, choice, irreversible, killSwitch, heldFor } = given;
  if (!raced && choice === 'page') return given.standing ? STAY : { to: 'Promoted', reason: null };
  if (irreversible) return hold('IRREVERSIBLE', given);
  if (killSwitch) return hold('KILL_SWITCH', given);
  if (raced || choice === 'rollback') return { to: 'RollingBack', reason: null };
  return heldFor === 'LATE_VERDICT' ? STAY : { to: 'Held', reason: 'LATE_VERDICT' };
}

const STAY: Led = { to: 'stay', reason: null };

function hold(reason: HoldReason, { heldFor, standing }: Condemned): Led {
  return heldFor === reason && standing ? STAY : { to: 'Held', reason };
}
