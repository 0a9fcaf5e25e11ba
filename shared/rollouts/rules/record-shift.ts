import { rule } from '../../kernel/index.ts';
import type { BackReason, HoldReason } from '../contract.ts';

export type SplitArms = readonly { readonly revision: string; readonly weight: number }[];

export type ShiftInputs = {
  /** Going back is never held up by a switch, a level, or by somebody who moved the traffic. */
  readonly back: BackReason | null;
  /** The share that the canary is to have, and the one it was left with. */
  readonly to: number;
  readonly left: number;
  readonly canary: string;
  readonly baseline: string;
  readonly before: SplitArms;
  /** What was read after the shift; null when nothing was moved. */
  readonly after: SplitArms | null;
  /** The Fault that ended the shift. */
  readonly problem: string | null;
  /** What it said; absent where it said nothing. */
  readonly problemText?: string;
  readonly killSwitch: boolean;
  readonly level: string;
  readonly waived: readonly HoldReason[];
  /** It would take all of the traffic without ever having shared it: nothing was compared, so a person decides. */
  readonly uncompared: boolean;
  /** The digest of the stored plan; absent where it is the one that the rollout is pinned to, and in earlier decisions. */
  readonly otherPlan?: string;
  /** The digest of the plan that a person has let pass; absent where nobody has, and in earlier decisions. */
  readonly waivedPlan?: string;
};
export type ShiftOutcome =
  | { readonly to: 'AtStage'; readonly event: 'StageStarted' }
  | { readonly to: 'Baking'; readonly event: 'PromotionMade' }
  | { readonly to: 'RolledBack' | 'Aborted'; readonly event: 'TrafficRestored' }
  | { readonly to: 'Held'; readonly event: 'RolloutHeld'; readonly reason: HoldReason }
  /** Nothing is known: the workflow tries again. */
  | { readonly to: 'none' };

/** Weights are decimals that went through a platform's floats. */
export const SAME = 1e-9;

/** Levels at which nothing may be moved. */
export const OBSERVING: readonly string[] = ['observe', 'suggest', 'shadow'];

/**
 * Where a shift of traffic leads. Before it, `after` and `problem` are null and the outcome says whether it may be made
 * at all: `none` is yes. More traffic for the canary needs the plan of the start, the kill switch off, a level that acts,
 * and the traffic as we left it; less of it needs nothing.
 */
export const recordShift = rule('record-shift', 1, (inputs: ShiftInputs): ShiftOutcome => {
  if (inputs.back !== null) return recordBack(inputs, inputs.back);
  // What is there already is recorded as it is: an answer may have been lost, and is not asked for twice.
  if (isSplit(inputs.after ?? inputs.before, inputs, inputs.to)) return arrived(inputs.to);
  const forbidden = forbids(inputs);
  if (forbidden !== null) return held(forbidden);
  if (inputs.problem !== null)
    return held(inputs.problem === 'Conflict' ? 'TRAFFIC_MOVED' : 'TRAFFIC_FAILED');
  if (inputs.after !== null) return held('TRAFFIC_MOVED');
  const ours = isSplit(inputs.before, inputs, inputs.left);
  return ours || inputs.waived.includes('TRAFFIC_MOVED') ? { to: 'none' } : held('TRAFFIC_MOVED');
});

function forbids(inputs: ShiftInputs): HoldReason | null {
  const { killSwitch, level, uncompared } = inputs;
  if (isOtherPlan(inputs)) return 'PLAN_CHANGED';
  if (killSwitch) return 'KILL_SWITCH';
  if (OBSERVING.includes(level)) return 'AUTONOMY';
  return uncompared ? 'UNDECIDED' : null;
}

function recordBack({ after, before, canary }: ShiftInputs, reason: BackReason): ShiftOutcome {
  const now = after ?? before;
  if (shareOf(now, canary) > SAME) return { to: 'none' };
  const condemned = reason === 'VERDICT' || reason === 'BAKE_VERDICT';
  return { to: condemned ? 'RolledBack' : 'Aborted', event: 'TrafficRestored' };
}

/**
 * Whether the rollout would go on by a plan that it was not started with, and that nobody has let pass. Who let one pass let
 * that one pass, and none that it was edited to since; decisions of an earlier release did not name it.
 */
export function isOtherPlan({
  otherPlan,
  waived = [],
  waivedPlan,
}: {
  readonly otherPlan?: string;
  readonly waived?: readonly HoldReason[];
  readonly waivedPlan?: string;
}): boolean {
  if (otherPlan === undefined) return false;
  return !waived.includes('PLAN_CHANGED') || (waivedPlan ?? otherPlan) !== otherPlan;
}

function held(reason: HoldReason): ShiftOutcome {
  return { to: 'Held', event: 'RolloutHeld', reason };
}

function arrived(weight: number): ShiftOutcome {
  return weight >= 1 ? { to: 'Baking', event: 'PromotionMade' } : { to: 'AtStage', event: 'StageStarted' };
}

/** What a version has of the traffic, 0..1. */
export function shareOf(arms: SplitArms, revision: string): number {
  return arms.find((arm) => arm.revision === revision)?.weight ?? 0;
}

/** Whether the canary has this share, and the baseline all the rest. */
export function isSplit(
  arms: SplitArms,
  { canary, baseline }: Pick<ShiftInputs, 'canary' | 'baseline'>,
  weight: number,
): boolean {
  const near = (value: number, wanted: number) => Math.abs(value - wanted) <= SAME;
  return near(shareOf(arms, canary), weight) && near(shareOf(arms, baseline), 1 - weight);
}
