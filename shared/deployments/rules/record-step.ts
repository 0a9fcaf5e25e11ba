import { rule } from '../../kernel/index.ts';
import type {
  AbortReason,
  BlockReason,
  DeploymentEvent,
  DeploymentStateName,
  RequestRefusal,
  ReviewReason,
} from '../contract.ts';

/** Somebody asks for a deployment: the outcome is what of. */
export const requestDeploymentRule = rule(
  'request-deployment',
  1,
  (inputs: {
    readonly service: string;
    readonly environment: string;
    readonly revision: string;
    readonly retryOf: string | null;
    readonly declared: unknown;
  }) => ({ revision: inputs.revision }),
);

/** What stands in the way before anything is weighed: the revision, its version, or the traffic. */
export const blockDeployment = rule(
  'block-deployment',
  1,
  ({ reason }: { readonly reason: BlockReason; readonly found: unknown }) => ({
    to: 'Blocked' as const,
    reason,
  }),
);

/** A person said no to a deployment that waited for an approval. */
export const rejectDeployment = rule(
  'reject-deployment',
  1,
  (_: { readonly approval: string; readonly person: string }) => ({ reason: 'APPROVAL_REJECTED' as const }),
);

export type RolloutEnd = {
  readonly state: 'Promoted' | 'RolledBack' | 'Aborted';
  readonly rollout: string;
  /** What found it worse than what was there before, wherever that led; absent where nothing did. */
  readonly condemnedBy?: 'errors' | 'latency' | 'kill-switch' | 'bake';
};
type RolloutEnded =
  | { readonly to: 'Completed'; readonly event: 'RolloutPromoted' }
  | { readonly to: 'RolledBack'; readonly event: 'RolloutRolledBack' }
  | { readonly to: 'Aborted'; readonly event: 'RolloutAborted' };

/** How the end of a rollout ends its deployment. */
export const recordRollout = rule('record-rollout', 1, ({ state }: RolloutEnd): RolloutEnded => {
  if (state === 'Promoted') return { to: 'Completed', event: 'RolloutPromoted' };
  return state === 'RolledBack'
    ? { to: 'RolledBack', event: 'RolloutRolledBack' }
    : { to: 'Aborted', event: 'RolloutAborted' };
});

export type ExpireInputs = {
  readonly state: DeploymentStateName;
  readonly deadlineAt: string;
  readonly pageAt: string | null;
  readonly now: string;
  /** Its rollout still moves traffic, or waits for a person. */
  readonly rolloutOpen: boolean;
};
export type ExpireOutcome =
  | { readonly event: 'none' | 'Paged' }
  | { readonly event: 'ApprovalTimedOut' | 'ReviewTimedOut'; readonly reason: AbortReason }
  | { readonly event: 'HandedOver'; readonly reason: ReviewReason };

/** The end of a state whose deadline has passed. */
export const expireDeployment = rule('expire-deployment', 1, (inputs: ExpireInputs): ExpireOutcome => {
  const { state, now, deadlineAt, pageAt } = inputs;
  if (now < deadlineAt) return { event: pageAt !== null && now >= pageAt ? 'Paged' : 'none' };
  switch (state) {
    case 'AwaitingApproval':
      return { event: 'ApprovalTimedOut', reason: 'APPROVAL_TIMEOUT' };
    case 'AwaitingHumanReview':
      // The place of a change that still moves traffic is not given to the next one.
      return inputs.rolloutOpen
        ? { event: 'HandedOver', reason: 'ROLLOUT_LATE' }
        : { event: 'ReviewTimedOut', reason: 'REVIEW_TIMEOUT' };
    case 'RollingOut':
      return { event: 'HandedOver', reason: 'ROLLOUT_LATE' };
    default:
      return { event: 'HandedOver', reason: 'FACTS_UNREADABLE' };
  }
});

type HandOverInputs = {
  readonly state: DeploymentStateName;
  readonly failure: string;
  /** What it said; absent where it said nothing. */
  readonly message?: string;
};

/** An error that nobody expects: a person takes over. */
export const handOverDeployment = rule('hand-over-deployment', 1, ({ state, failure }: HandOverInputs) => ({
  reason: handOverReason(state, failure),
  failure,
}));

function handOverReason(state: DeploymentStateName, failure: string): ReviewReason {
  const unreadable = ['Unavailable', 'RateLimited', 'PermissionDenied', 'Malformed', 'NotFound'].includes(
    failure,
  );
  if (!unreadable) return 'UNEXPECTED';
  return state === 'Cleared' ? 'METRICS_UNREADABLE' : 'FACTS_UNREADABLE';
}

/** A person ends a deployment before anything was moved. */
export const abortDeploymentRule = rule(
  'abort-deployment',
  1,
  (_: { readonly person: string; readonly reason: string; readonly state: DeploymentStateName }) => ({
    reason: 'ABORTED_BY_PERSON' as const,
  }),
);

/** A person asked for what the state does not allow. */
export const refuseDeploymentEvent = rule(
  'refuse-deployment-event',
  1,
  ({ event }: { readonly state: DeploymentStateName; readonly event: DeploymentEvent }) => ({
    refused: event,
  }),
);

/** Somebody asked for a deployment, and none was opened. */
export const refuseDeploymentRequest = rule(
  'refuse-deployment-request',
  1,
  ({
    refusal,
  }: {
    readonly service: string;
    readonly environment: string;
    readonly revision: string;
    readonly retryOf: string | null;
    readonly refusal: RequestRefusal;
  }) => ({ refusal }),
);
