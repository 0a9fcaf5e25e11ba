import { type DeploymentEvent, type DeploymentStateName, OPEN_STATES } from './contract.ts';

type Transition = {
  readonly from: DeploymentStateName | 'None';
  readonly event: DeploymentEvent;
  readonly to: DeploymentStateName;
};

function each(
  from: readonly Transition['from'][],
  event: DeploymentEvent,
  to: DeploymentStateName,
): readonly Transition[] {
  return from.map((state) => ({ from: state, event, to }));
}

/** States before anything was moved: an abort ends them here. In RollingOut it goes by way of the rollout. */
const BEFORE_ROLLOUT = [
  'Requested',
  'FactsGathered',
  'RiskAssessed',
  'AwaitingApproval',
  'Cleared',
  'AwaitingHumanReview',
] as const;

/** Every step a deployment can take. A pair that is not in it is refused, and the refusal is a decision. */
export const TRANSITIONS: readonly Transition[] = [
  { from: 'None', event: 'DeploymentRequested', to: 'Requested' },
  { from: 'Requested', event: 'FactsGathered', to: 'FactsGathered' },
  ...each(['Requested', 'RiskAssessed', 'AwaitingApproval', 'Cleared'], 'DeploymentBlocked', 'Blocked'),
  { from: 'FactsGathered', event: 'RiskAssessed', to: 'RiskAssessed' },
  { from: 'RiskAssessed', event: 'DeploymentCleared', to: 'Cleared' },
  { from: 'RiskAssessed', event: 'ApprovalRequired', to: 'AwaitingApproval' },
  { from: 'RiskAssessed', event: 'DeploymentObserved', to: 'Observed' },
  { from: 'AwaitingApproval', event: 'ApprovalGiven', to: 'Cleared' },
  // What would be rolled out is not what was asked about any more: before the answer, or after it.
  ...each(['AwaitingApproval', 'Cleared'], 'ApprovalRequired', 'AwaitingApproval'),
  // The level was lowered while a person was asked.
  { from: 'AwaitingApproval', event: 'DeploymentObserved', to: 'Observed' },
  { from: 'AwaitingApproval', event: 'ApprovalRejected', to: 'Aborted' },
  { from: 'AwaitingApproval', event: 'ApprovalTimedOut', to: 'Aborted' },
  { from: 'AwaitingApproval', event: 'Paged', to: 'AwaitingApproval' },
  { from: 'AwaitingHumanReview', event: 'Paged', to: 'AwaitingHumanReview' },
  { from: 'Cleared', event: 'RolloutStarted', to: 'RollingOut' },
  { from: 'RollingOut', event: 'RolloutPromoted', to: 'Completed' },
  { from: 'RollingOut', event: 'RolloutRolledBack', to: 'RolledBack' },
  { from: 'RollingOut', event: 'RolloutAborted', to: 'Aborted' },
  ...each(BEFORE_ROLLOUT, 'AbortRequested', 'Aborted'),
  { from: 'AwaitingHumanReview', event: 'ReviewTimedOut', to: 'Aborted' },
  // A rollout that was under way when something broke still ends the deployment.
  { from: 'AwaitingHumanReview', event: 'RolloutPromoted', to: 'Completed' },
  { from: 'AwaitingHumanReview', event: 'RolloutRolledBack', to: 'RolledBack' },
  { from: 'AwaitingHumanReview', event: 'RolloutAborted', to: 'Aborted' },
  // Also from itself: while its rollout goes on, the review does not end, and the slot stays taken.
  ...each(OPEN_STATES, 'HandedOver', 'AwaitingHumanReview'),
];

const ALLOWED = new Set(TRANSITIONS.map(({ from, event, to }) => `${from} ${event} ${to}`));

/** Whether the table has this step. */
export function isAllowed(
  from: Transition['from'],
  event: DeploymentEvent,
  to: DeploymentStateName,
): boolean {
  return ALLOWED.has(`${from} ${event} ${to}`);
}

export function isOpenState(state: DeploymentStateName): boolean {
  return OPEN_STATES.some((open) => open === state);
}
