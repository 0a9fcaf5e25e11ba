import * as z from 'zod';

/** What the outside may know of rollouts: states, events, reasons, timings. Constants, schemas and types, no logic but scaling. */

/** States that wait for something. */
export const OPEN_STATES = [
  'Planned',
  'Shifting',
  'AtStage',
  'Held',
  'Paused',
  'RollingBack',
  'Baking',
] as const;
/** States in which a rollout stays for ever. */
export const END_STATES = ['Promoted', 'RolledBack', 'Aborted'] as const;
export const STATES = [...OPEN_STATES, ...END_STATES] as const;
export type RolloutStateName = (typeof STATES)[number];

/** Why traffic stands still until a person answers, or until what is missing comes back. */
export const HOLD_REASONS = [
  /** The deadline of the certification has passed and the judge is neither sure of harm nor of safety. */
  'UNDECIDED',
  /** The stage's longest time has passed without its least number of requests. */
  'TOO_FEW_REQUESTS',
  /** No interval that could be compared came in for a while. */
  'NO_DATA',
  /** A raw threshold or an SLO guard was crossed: it asks, it never rolls back. */
  'GUARD',
  /** Somebody else moved the traffic. */
  'TRAFFIC_MOVED',
  /** The traffic could not be moved or read. */
  'TRAFFIC_FAILED',
  'KILL_SWITCH',
  'AUTONOMY',
  /** The judge says roll back, and the change cannot be undone by routing: a person decides. */
  'IRREVERSIBLE',
  /** The bake found it worse than what was there before: there is nothing beside it, so a person decides. */
  'BAKE_DEGRADED',
  /** Its stored plan is not the one that it was pinned to at its start. */
  'PLAN_CHANGED',
  /** The judge condemned it on the last minutes of the split, which closed after all of the traffic was moved. */
  'LATE_VERDICT',
  'UNEXPECTED',
] as const;
export type HoldReason = (typeof HOLD_REASONS)[number];

/** Why traffic goes back to the baseline. */
export const BACK_REASONS = [
  'VERDICT',
  'BAKE_VERDICT',
  'REJECTED',
  'ABORTED_BY_PERSON',
  'HOLD_TIMEOUT',
  'STALE',
] as const;
export type BackReason = (typeof BACK_REASONS)[number];

/** The current state of a rollout. `stage` counts from 0; a reason exists only where the state has one. */
export type RolloutState =
  | { readonly kind: 'Planned' | 'Baking' | 'Promoted' }
  | { readonly kind: 'Shifting' | 'AtStage' | 'Paused'; readonly stage: number }
  | { readonly kind: 'Held'; readonly reason: HoldReason; readonly stage: number }
  | { readonly kind: 'RollingBack' | 'RolledBack'; readonly reason: BackReason }
  | { readonly kind: 'Aborted'; readonly reason: BackReason | 'FROZEN' | 'HANDED_OVER' };

/** Event names: those of the transition table, then those that only accompany a decision. */
export const EVENTS = [
  'RolloutPlanned',
  'StageStarted',
  'StagePassed',
  'RolloutHeld',
  'HoldEnded',
  'RolloutPaused',
  'RolloutResumed',
  'CanaryCondemned',
  'AbortRequested',
  'PromotionRequested',
  'HoldRejected',
  'HoldTimedOut',
  'RolloutFrozen',
  'TrafficRestored',
  'PromotionMade',
  'BakeEnded',
  'BakeCondemned',
  'Stale',
  'HandedOver',
  'Paged',
] as const;
const ACCOMPANYING_EVENTS = ['TrafficShifted', 'RolloutEnded', 'ApprovalRequested', 'EventRefused'] as const;
export type RolloutEvent = (typeof EVENTS)[number];
export type AccompanyingEvent = (typeof ACCOMPANYING_EVENTS)[number];

/** What a person may do about a rollout. */
export const VERBS = ['pause', 'resume', 'promote', 'abort'] as const;
export type Verb = (typeof VERBS)[number];

/** Seconds, before scaling. */
export const TIMINGS = {
  /** One interval of the judge. A plan may have longer ones, never shorter. */
  interval: 60,
  /** How long after its end an interval may still be revised: it is judged only then. */
  watermark: 120,
  /** Moving traffic and reading it back. */
  shiftDeadline: 300,
  /** Without a comparable interval for so long, the rollout holds. */
  noDataAfter: 600,
  holdWait: 14_400,
  pauseWait: 86_400,
  approvalPage: 3_600,
  bake: 600,
  staleAfter: 172_800,
} as const;
export type Timings = { readonly [Name in keyof typeof TIMINGS]: number };

/** More intervals than these do not fit in one decision: a longer plan has longer intervals. */
export const MAX_INTERVALS = 240;

export const METRICS = {
  started: 'rollouts_started_total',
  promoted: 'rollouts_promoted_total',
  rolledBack: 'rollouts_rolled_back_total',
  held: 'rollouts_held_total',
  ended: 'rollouts_ended_total',
  paged: 'rollouts_paged_total',
  sweeps: 'rollout_sweeps_total',
  judged: 'rollouts_judged_total',
  judgeErrors: 'rollout_judge_errors_total',
  timeToZero: 'time_to_zero_seconds',
} as const;

/** All waits, deadlines and freshness limits at a time factor: seconds divided by it. */
export function timingsAt(factor: number): Timings {
  const scaled = Object.entries(TIMINGS).map(([name, seconds]) => [name, seconds / factor]);
  return Object.fromEntries(scaled) as Timings;
}

/** One step up: the canary's share, and how much must be seen of it before the next. */
export const Stage = z.strictObject({
  /** Fraction of the requests, above 0 to 1. */
  weight: z.number().gt(0).max(1),
  /** Seconds: time AND requests must both be there; past the longest time a person is asked. */
  minSeconds: z.int().min(0).max(604_800),
  maxSeconds: z.int().min(0).max(604_800),
  /** Of the canary, in this stage. */
  minRequests: z.int().min(0).max(1_000_000_000),
});
export type Stage = z.infer<typeof Stage>;
