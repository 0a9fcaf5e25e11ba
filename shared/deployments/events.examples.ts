import { EVENT_VERSION } from '../ledger/contract.ts';
import type { deploymentEvents, deploymentEventsOfServices } from './events.ts';

const ID = 'dep_01KAJWEZ80Y5R1W3K9D6FH2JMA';
const AT = '2026-11-21T10:12:00.000Z';
const PLACE = { service: 'shop', environment: 'staging' };
const TIMES = {
  requested: '2026-11-21T10:00:00.000Z',
  assessed: '2026-11-21T10:00:01.000Z',
  cleared: '2026-11-21T10:00:02.000Z',
  rollout: '2026-11-21T10:00:03.000Z',
  ended: AT,
};

/** Event n of the decision that made this rev. */
function example(rev: number, data: object, n = 0) {
  return {
    ...{ version: EVENT_VERSION, eventId: `deployment/${ID}/${rev}/${n}`, correlationId: ID },
    ...{ subject: { kind: 'deployment', id: ID }, rev, at: AT, ...PLACE, data },
  };
}

const moved = (rev: number, state: string) => example(rev, { state });
const aborted = (rev: number, reason: string) => example(rev, { state: 'Aborted', reason });

/** One example of each, for docs/events. */
export const deploymentEventExamples = {
  DeploymentRequested: example(1, { revision: '9fceb02d0ae598e95dc970b74767f19372d61af8' }),
  FactsGathered: moved(2, 'FactsGathered'),
  RiskAssessed: moved(3, 'RiskAssessed'),
  DeploymentCleared: moved(4, 'Cleared'),
  ApprovalRequired: moved(4, 'AwaitingApproval'),
  DeploymentBlocked: example(4, { state: 'Blocked', reason: 'POLICY' }),
  DeploymentObserved: moved(4, 'Observed'),
  ApprovalGiven: moved(5, 'Cleared'),
  ApprovalRejected: aborted(5, 'APPROVAL_REJECTED'),
  ApprovalTimedOut: aborted(5, 'APPROVAL_TIMEOUT'),
  RolloutStarted: moved(6, 'RollingOut'),
  RolloutPromoted: moved(7, 'Completed'),
  RolloutRolledBack: moved(7, 'RolledBack'),
  RolloutAborted: aborted(7, 'ROLLOUT_ABORTED'),
  AbortRequested: aborted(3, 'ABORTED_BY_PERSON'),
  Paged: moved(5, 'AwaitingApproval'),
  ReviewTimedOut: aborted(5, 'REVIEW_TIMEOUT'),
  HandedOver: example(5, { state: 'AwaitingHumanReview', reason: 'METRICS_UNREADABLE' }),
  ApprovalRequested: example(4, { since: AT }, 1),
  EscalationRaised: example(5, { reason: 'METRICS_UNREADABLE' }, 1),
  DeploymentEnded: example(7, { state: 'Completed', times: TIMES }, 1),
  EventRefused: example(8, { event: 'AbortRequested' }),
} as const satisfies Record<keyof typeof deploymentEvents, object>;

export const deploymentEventOfServicesExamples = {
  DeploymentNotOpened: {
    ...{ version: EVENT_VERSION, eventId: 'service/shop/5/0', correlationId: ID },
    ...{ subject: { kind: 'service', id: 'shop' }, rev: 5, at: AT, ...PLACE },
    data: { refusal: 'RETRY_OF_CONDEMNED', revision: '9fceb02d0ae598e95dc970b74767f19372d61af8' },
  },
} as const satisfies Record<keyof typeof deploymentEventsOfServices, object>;
