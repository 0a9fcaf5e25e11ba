import type { RollbackEvent, RollbackStateName } from './contract.ts';

type Transition = {
  readonly from: RollbackStateName | 'None';
  readonly event: RollbackEvent;
  readonly to: RollbackStateName;
};

const BEFORE_MERGE = [
  'DegradationDetected',
  'CandidateResolved',
  'PullRequestOpen',
  'AwaitingMerge',
  'AwaitingHumanReview',
] as const;
const WITH_PULL_REQUEST = [
  'CandidateResolved',
  'PullRequestOpen',
  'AwaitingMerge',
  'AwaitingHumanReview',
] as const;
/** States in which a person is asked. */
const ASKING = ['AwaitingMerge', 'AwaitingHumanReview'] as const;
const OPEN = [...BEFORE_MERGE, 'RollbackMerged'] as const;

function each(
  from: readonly Transition['from'][],
  event: RollbackEvent,
  to: RollbackStateName,
): readonly Transition[] {
  return from.map((state) => ({ from: state, event, to }));
}

/** The ruling's table as data. A pair that is not in it is refused, and the refusal is a decision. */
export const TRANSITIONS: readonly Transition[] = [
  { from: 'None', event: 'DegradationDetected', to: 'DegradationDetected' },
  { from: 'DegradationDetected', event: 'CandidateResolved', to: 'CandidateResolved' },
  { from: 'DegradationDetected', event: 'CandidateResolved', to: 'Observed' },
  { from: 'DegradationDetected', event: 'NoCandidate', to: 'Observed' },
  { from: 'DegradationDetected', event: 'NoCandidate', to: 'AwaitingHumanReview' },
  { from: 'DegradationDetected', event: 'NotConfirmed', to: 'SelfHealed' },
  { from: 'DegradationDetected', event: 'ReadingsMissing', to: 'AwaitingHumanReview' },
  { from: 'DegradationDetected', event: 'HealthRestored', to: 'SelfHealed' },
  { from: 'CandidateResolved', event: 'PullRequestOpened', to: 'PullRequestOpen' },
  { from: 'CandidateResolved', event: 'PullRequestFailed', to: 'Aborted' },
  { from: 'CandidateResolved', event: 'PullRequestFailed', to: 'AwaitingHumanReview' },
  { from: 'PullRequestOpen', event: 'CiSucceeded', to: 'AwaitingMerge' },
  { from: 'PullRequestOpen', event: 'CiFailed', to: 'AwaitingHumanReview' },
  { from: 'PullRequestOpen', event: 'CiTimedOut', to: 'AwaitingHumanReview' },
  { from: 'AwaitingMerge', event: 'InvariantsPassed', to: 'RollbackMerged' },
  { from: 'AwaitingMerge', event: 'InvariantsFailed', to: 'AwaitingHumanReview' },
  { from: 'AwaitingMerge', event: 'MergeTimedOut', to: 'AwaitingHumanReview' },
  { from: 'AwaitingMerge', event: 'HumanApproved', to: 'RollbackMerged' },
  { from: 'AwaitingMerge', event: 'ApprovalTimedOut', to: 'Aborted' },
  { from: 'AwaitingMerge', event: 'AutonomyLowered', to: 'AwaitingMerge' },
  { from: 'AwaitingMerge', event: 'MergeStarted', to: 'AwaitingMerge' },
  { from: 'AwaitingMerge', event: 'MergeHeld', to: 'AwaitingMerge' },
  { from: 'AwaitingMerge', event: 'MergePostponed', to: 'AwaitingMerge' },
  { from: 'AwaitingMerge', event: 'CheckpointAwaited', to: 'AwaitingMerge' },
  { from: 'AwaitingMerge', event: 'CheckpointTimedOut', to: 'AwaitingHumanReview' },
  { from: 'AwaitingMerge', event: 'MergeQueued', to: 'AwaitingMerge' },
  { from: 'AwaitingHumanReview', event: 'ReviewApproved', to: 'AwaitingMerge' },
  // A person may say no while the approval is open as well (ADR 0010).
  ...each(ASKING, 'AbortRequested', 'Aborted'),
  ...each(ASKING, 'ManualTakeover', 'Aborted'),
  ...ASKING.map((state) => ({ from: state, event: 'Paged' as const, to: state })),
  { from: 'AwaitingHumanReview', event: 'HeadMoved', to: 'AwaitingHumanReview' },
  { from: 'AwaitingHumanReview', event: 'ReviewTimedOut', to: 'Aborted' },
  { from: 'AwaitingHumanReview', event: 'HealthRestored', to: 'RollbackComplete' },
  ...each(WITH_PULL_REQUEST, 'HealthRestored', 'SelfHealed'),
  ...each(WITH_PULL_REQUEST, 'PullRequestMergedByHuman', 'RollbackMerged'),
  // Our own merge that was found later: its answer was lost, or the merge queue made it.
  ...each(WITH_PULL_REQUEST, 'MergeCompleted', 'RollbackMerged'),
  ...each(WITH_PULL_REQUEST, 'PullRequestClosedByHuman', 'Aborted'),
  { from: 'RollbackMerged', event: 'HealthRestored', to: 'RollbackComplete' },
  { from: 'RollbackMerged', event: 'NotSynced', to: 'AwaitingHumanReview' },
  { from: 'RollbackMerged', event: 'StillDegraded', to: 'AwaitingHumanReview' },
  { from: 'RollbackMerged', event: 'DegradedAgain', to: 'AwaitingHumanReview' },
  ...each(BEFORE_MERGE, 'KillSwitchOn', 'Aborted'),
  ...each(BEFORE_MERGE, 'SecurityViolation', 'Aborted'),
  ...each(OPEN, 'Stale', 'Aborted'),
  // Not in the ruling: a bug of ours must not leave an attempt hanging (ADR 0004).
  ...each(OPEN, 'HandedOver', 'AwaitingHumanReview'),
  { from: 'Aborted', event: 'HumanReset', to: 'Aborted' },
  { from: 'Aborted', event: 'StalePullRequestClosed', to: 'Aborted' },
  { from: 'SelfHealed', event: 'StalePullRequestClosed', to: 'SelfHealed' },
  // The end came while the merge call was under way: both are recorded.
  { from: 'Aborted', event: 'MergeCompleted', to: 'Aborted' },
  { from: 'SelfHealed', event: 'MergeCompleted', to: 'SelfHealed' },
];

/** Whether the table knows the step. */
export function isAllowed(from: string, event: string, to: string): boolean {
  return TRANSITIONS.some((row) => row.from === from && row.event === event && row.to === to);
}
