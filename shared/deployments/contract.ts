/** What the outside may know of deployments: states, events, reasons, timings. Constants and types, no logic but scaling. */

/** States that wait for something. */
export const OPEN_STATES = [
  'Requested',
  'FactsGathered',
  'RiskAssessed',
  'AwaitingApproval',
  'Cleared',
  'RollingOut',
  'AwaitingHumanReview',
] as const;
/** States in which a deployment stays for ever. */
export const END_STATES = ['Completed', 'RolledBack', 'Blocked', 'Observed', 'Aborted'] as const;
export const STATES = [...OPEN_STATES, ...END_STATES] as const;
export type DeploymentStateName = (typeof STATES)[number];

export const BLOCK_REASONS = [
  'POLICY',
  /** The repository has no such commit. */
  'REVISION_UNKNOWN',
  /** No published version of the platform carries the revision. */
  'VERSION_UNKNOWN',
  /** It takes all of the traffic already. */
  'ALREADY_DEPLOYED',
  /** Two versions share the traffic: somebody else is rolling out. */
  'TRAFFIC_SPLIT',
  /** The judge condemned it before: a person with the role approver may retry it. */
  'REVISION_CONDEMNED',
  'KILL_SWITCH',
  /** The band critical: nothing at such a risk is rolled out. */
  'RISK',
] as const;
export type BlockReason = (typeof BLOCK_REASONS)[number];

/** Why a request is refused before there is a deployment: a decision of the service. */
export const REQUEST_REFUSALS = [
  'ENVIRONMENT_UNKNOWN',
  /** Nothing can be rolled out in stages on its platform. */
  'PLATFORM_UNSUPPORTED',
  /** One change at a time in a service and environment. */
  'UNDER_WAY',
  /** It was asked for before, with other facts or another preset. */
  'ASKED_OTHERWISE',
  /** A workflow's run asks for a service of another repository than its own, or for another commit. */
  'RUN_OF_OTHER_REPOSITORY',
  'RUN_OF_OTHER_REVISION',
  /** The judge condemned it, and who tries it again is no approver. */
  'RETRY_OF_CONDEMNED',
] as const;
export type RequestRefusal = (typeof REQUEST_REFUSALS)[number];
/** Recorded refusals of one person or run for a service on a day (UTC): what is beyond is refused and not recorded. */
export const MAX_REFUSALS_PER_DAY = 20;

export const ABORT_REASONS = [
  'ABORTED_BY_PERSON',
  'APPROVAL_REJECTED',
  'APPROVAL_TIMEOUT',
  'REVIEW_TIMEOUT',
  'ROLLOUT_ABORTED',
  'STALE',
] as const;
export type AbortReason = (typeof ABORT_REASONS)[number];

export const REVIEW_REASONS = [
  'FACTS_UNREADABLE',
  'METRICS_UNREADABLE',
  'ROLLOUT_LATE',
  'UNEXPECTED',
] as const;
export type ReviewReason = (typeof REVIEW_REASONS)[number];

export type DeploymentState =
  | {
      readonly kind:
        | 'Requested'
        | 'FactsGathered'
        | 'RiskAssessed'
        | 'AwaitingApproval'
        | 'Cleared'
        | 'RollingOut'
        | 'Completed'
        | 'RolledBack'
        | 'Observed';
    }
  | { readonly kind: 'AwaitingHumanReview'; readonly reason: ReviewReason }
  | { readonly kind: 'Blocked'; readonly reason: BlockReason }
  | { readonly kind: 'Aborted'; readonly reason: AbortReason };

/** Event names: those of the transition table, then those that only accompany a decision. */
export const EVENTS = [
  'DeploymentRequested',
  'FactsGathered',
  'RiskAssessed',
  'DeploymentCleared',
  'ApprovalRequired',
  'DeploymentBlocked',
  'DeploymentObserved',
  'ApprovalGiven',
  'ApprovalRejected',
  'ApprovalTimedOut',
  'RolloutStarted',
  'RolloutPromoted',
  'RolloutRolledBack',
  'RolloutAborted',
  'AbortRequested',
  'Paged',
  'ReviewTimedOut',
  'HandedOver',
] as const;
const ACCOMPANYING_EVENTS = [
  'ApprovalRequested',
  'EscalationRaised',
  'DeploymentEnded',
  'EventRefused',
] as const;
export type DeploymentEvent = (typeof EVENTS)[number];
export type AccompanyingEvent = (typeof ACCOMPANYING_EVENTS)[number];

/** What may be done about it: the stricter of autonomy, environment and risk. */
export const MODES = ['observe', 'suggest', 'approve', 'auto'] as const;

/** What a person may do about a deployment. */
export const VERBS = ['abort', 'promote', 'retry'] as const;
export type Verb = (typeof VERBS)[number];
/** Ladders that a caller may choose; without one the risk chooses. */
export const PRESETS = ['prompt', 'blue-green'] as const;
export type Preset = (typeof PRESETS)[number];

/** Seconds, before scaling. */
export const TIMINGS = {
  /** Reading facts, the past and the budget, with all retries. */
  factsWait: 600,
  approvalWait: 14_400,
  approvalPage: 3_600,
  reviewWait: 14_400,
  startWait: 600,
  /** A rollout ends by its own deadlines long before this. */
  rolloutWait: 2_592_000,
} as const;
export type Timings = { readonly [Name in keyof typeof TIMINGS]: number };

export const METRICS = {
  requested: 'deployments_requested_total',
  ended: 'deployments_ended_total',
  blocked: 'deployments_blocked_total',
  paged: 'deployments_paged_total',
  /** A refused request of which the ledger holds nothing, because writing failed. */
  refusalUnrecorded: 'deployment_refusals_unrecorded_total',
} as const;

/** All waits and deadlines at a time factor: seconds divided by it. */
export function timingsAt(factor: number): Timings {
  const scaled = Object.entries(TIMINGS).map(([name, seconds]) => [name, seconds / factor]);
  return Object.fromEntries(scaled) as Timings;
}

/** Past deployments that tell something, of each service in the environment, newest first: older ones hardly count (30-day half-life). */
export const HISTORY_LIMIT = 500;
/** Pages that are read for them at most, of 100: where so many tell nothing, what lies behind is let go. */
export const HISTORY_PAGES = 20;
