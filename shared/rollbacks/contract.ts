/**
 * What the outside may know of rollbacks: states, events, reasons, timings, quotas. Constants and types, no logic but
 * scaling and counting.
 */

export * from './count-failure.ts';
export * from './metric-names.ts';
export * from './timings.ts';

/** States that wait for something. */
export const OPEN_STATES = [
  'DegradationDetected',
  'CandidateResolved',
  'PullRequestOpen',
  'AwaitingMerge',
  'AwaitingHumanReview',
  'RollbackMerged',
] as const;
/** States in which an attempt stays for ever. */
export const END_STATES = ['RollbackComplete', 'SelfHealed', 'Observed', 'Aborted'] as const;
export const STATES = [...OPEN_STATES, ...END_STATES] as const;
export type RollbackStateName = (typeof STATES)[number];

export const REVIEW_REASONS = [
  'NO_CANDIDATE',
  'NO_READING',
  'PR_FAILED',
  'CI_FAILED',
  'CI_TIMEOUT',
  'MERGE_TIMEOUT',
  'MERGE_REFUSED',
  'CHECKPOINT_TIMEOUT',
  'INVARIANT_FAILED',
  'NOT_SYNCED',
  'ROLLBACK_INEFFECTIVE',
  'UNEXPECTED',
] as const;
export type ReviewReason = (typeof REVIEW_REASONS)[number];

export const ABORT_REASONS = [
  'SECURITY',
  'KILL_SWITCH',
  'PR_CLOSED',
  'REVIEW_TIMEOUT',
  'APPROVAL_TIMEOUT',
  'ABORTED_BY_PERSON',
  'MANUAL_TAKEOVER',
  'STALE_STATE',
] as const;
export type AbortReason = (typeof ABORT_REASONS)[number];

/** The current state of an attempt; a reason exists only where the state has one. */
export type RollbackState =
  | {
      readonly kind:
        | 'DegradationDetected'
        | 'CandidateResolved'
        | 'PullRequestOpen'
        | 'AwaitingMerge'
        | 'RollbackMerged';
    }
  | { readonly kind: 'AwaitingHumanReview'; readonly reason: ReviewReason; readonly afterMerge: boolean }
  | { readonly kind: 'RollbackComplete' | 'Observed' }
  | { readonly kind: 'SelfHealed'; readonly reason: 'TRANSIENT'; readonly flapping: boolean }
  | { readonly kind: 'Aborted'; readonly reason: AbortReason };

/** Event names: those of the transition table, then those that only accompany a decision. */
export const EVENTS = [
  'DegradationDetected',
  'CandidateResolved',
  'NoCandidate',
  'NotConfirmed',
  'ReadingsMissing',
  'HealthRestored',
  'PullRequestOpened',
  'PullRequestFailed',
  'CiSucceeded',
  'CiFailed',
  'CiTimedOut',
  'InvariantsPassed',
  'InvariantsFailed',
  'MergeTimedOut',
  'HumanApproved',
  'ApprovalTimedOut',
  'ReviewApproved',
  'AutonomyLowered',
  'Paged',
  'HeadMoved',
  'MergeStarted',
  'MergeHeld',
  'MergePostponed',
  'CheckpointAwaited',
  'CheckpointTimedOut',
  'MergeQueued',
  'MergeCompleted',
  'PullRequestMergedByHuman',
  'PullRequestClosedByHuman',
  'NotSynced',
  'StillDegraded',
  'DegradedAgain',
  'KillSwitchOn',
  'SecurityViolation',
  'AbortRequested',
  'ManualTakeover',
  'ReviewTimedOut',
  'Stale',
  'HandedOver',
  'HumanReset',
  'StalePullRequestClosed',
] as const;
/** Further events of the decision that causes them. */
const ACCOMPANYING_EVENTS = [
  'DegradationConfirmed',
  'ApprovalRequested',
  'HumanMergeAwaited',
  'EscalationRaised',
  'InvariantsEvaluated',
  'RollbackEnded',
  'EventRefused',
] as const;
export type RollbackEvent = (typeof EVENTS)[number];
export type AccompanyingEvent = (typeof ACCOMPANYING_EVENTS)[number] | 'MergeCompleted';

/** Who may do how much: the stricter of environment and autonomy. */
export const MODES = ['observe', 'suggest', 'approve', 'auto'] as const;
export type Mode = (typeof MODES)[number];

/** How many readings in a row confirm a degradation. */
export const PERSISTENCE_CHECKS = 3;
export const CANDIDATE_SEARCH_DAYS = 30;
export const CANDIDATE_SEARCH_COMMITS = 50;
/** A stable revision served at least this fraction of its requests well over its own deployed window (I5). */
export const STABLE_UPTIME = 0.99;
/** Why nothing is opened where a service does not run on Argo CD. */
export const NOT_BY_PULL_REQUEST =
  'a rollback by pull request needs an argocd environment; a lambda environment is guarded by its rollout';
export const MAX_ATTEMPTS_AT_ONCE = 10;
export const MAX_ATTEMPTS_PER_DAY = 5;
/** Of one repository. */
export const MAX_PULL_REQUESTS_PER_HOUR = 10;
export const MAX_MERGES_PER_HOUR = 5;
/** How often a person may send an attempt back from review to the merge. */
export const MAX_RETURNS = 3;
/** What a person's approval may let pass: I1 always, I3 and an unmeasured I5 when it names them. */
export const OVERRIDABLE = ['I1', 'I3', 'I5'] as const;

/**
 * Invariants whose failure is a violation, and counted. I1 is none: it only says that a person must approve. I2 and I4 are
 * waited for, and never fail.
 */
export const VIOLABLE = ['I3', 'I5', 'I6', 'I7', 'I8'] as const;

/** Whether the failure of this invariant is a violation. */
export function isViolation(invariant: string): boolean {
  return VIOLABLE.some((each) => each === invariant);
}

/** Of the text that a Prometheus reads. */
export const PROMETHEUS_CONTENT_TYPE = 'text/plain; version=0.0.4';

/** Labels of every pull request Holdfast opens, beside the environment's name. */
export const PULL_REQUEST_LABELS = ['holdfast', 'rollback'] as const;
