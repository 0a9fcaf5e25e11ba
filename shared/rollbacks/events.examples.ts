import { EVENT_VERSION } from '../ledger/contract.ts';
import type { RollbackStateName } from './contract.ts';
import type { rollbackEvents, rollbackEventsOfServices } from './events.ts';

const ID = 'rbk_01KAJWEZ80Y5R1W3K9D6FH2JMA';
const AT = '2026-11-21T10:12:00.000Z';
const PLACE = { service: 'shop', environment: 'staging' };
const TIMES = {
  detected: '2026-11-21T10:00:10.000Z',
  confirmed: '2026-11-21T10:00:30.000Z',
  candidate: '2026-11-21T10:00:31.000Z',
  pullRequest: '2026-11-21T10:00:34.000Z',
  ci: '2026-11-21T10:06:10.000Z',
  merged: '2026-11-21T10:06:12.000Z',
  synced: '2026-11-21T10:07:00.000Z',
  ended: AT,
};

/** Event n of the decision that made this rev. */
function example(rev: number, data: object, n = 0) {
  return {
    ...{ version: EVENT_VERSION, eventId: `rollback/${ID}/${rev}/${n}`, correlationId: ID },
    ...{ subject: { kind: 'rollback', id: ID }, rev, at: AT, ...PLACE, data },
  };
}

const moved = (rev: number, state: RollbackStateName, n = 0) => example(rev, { state }, n);
const review = (rev: number, reason: string, n = 0) =>
  example(rev, { state: 'AwaitingHumanReview', reason }, n);
const aborted = (rev: number, reason: string) => example(rev, { state: 'Aborted', reason });
const healed = (rev: number) => example(rev, { state: 'SelfHealed', reason: 'TRANSIENT' });

const VALUES = {
  I1: 'staging',
  I2: 'Degraded',
  I3: '0 of 2 replicas',
  I4: '4 bad readings in a row over 30 s',
  I5: 'uptime 0.998',
  I6: 'all checks green',
  I7: 'the only one',
  I8: 'rules satisfied; the merge call decides',
};
const RESULTS = Object.entries(VALUES).map(([id, value]) => ({ id, result: 'pass', value }));

/** One event of each type as it is on the bus, for the documentation and its test: no handler imports this. */
export const rollbackEventExamples = {
  DegradationDetected: example(1, { trigger: 'signal', mode: 'auto' }),
  CandidateResolved: moved(2, 'CandidateResolved', 1),
  NoCandidate: review(2, 'NO_CANDIDATE', 1),
  NotConfirmed: healed(2),
  ReadingsMissing: review(2, 'NO_READING'),
  HealthRestored: moved(6, 'RollbackComplete'),
  PullRequestOpened: moved(3, 'PullRequestOpen'),
  PullRequestFailed: review(3, 'PR_FAILED'),
  CiSucceeded: moved(4, 'AwaitingMerge'),
  CiFailed: review(4, 'CI_FAILED'),
  CiTimedOut: review(4, 'CI_TIMEOUT'),
  InvariantsPassed: moved(5, 'RollbackMerged', 2),
  InvariantsFailed: review(5, 'INVARIANT_FAILED', 1),
  MergeTimedOut: review(5, 'MERGE_TIMEOUT'),
  HumanApproved: moved(5, 'RollbackMerged', 2),
  ApprovalTimedOut: aborted(5, 'APPROVAL_TIMEOUT'),
  ReviewApproved: moved(6, 'AwaitingMerge'),
  Paged: review(5, 'CI_FAILED'),
  AutonomyLowered: moved(5, 'AwaitingMerge'),
  HeadMoved: review(5, 'CI_FAILED'),
  MergeStarted: moved(5, 'AwaitingMerge', 1),
  MergeHeld: moved(5, 'AwaitingMerge'),
  MergePostponed: moved(6, 'AwaitingMerge'),
  CheckpointAwaited: moved(6, 'AwaitingMerge'),
  CheckpointTimedOut: review(7, 'CHECKPOINT_TIMEOUT'),
  MergeQueued: moved(6, 'AwaitingMerge', 1),
  MergeCompleted: example(5, { sha: '9c1185a5c5e9fc54612808977ee8f548b2258d31', auto: true }, 1),
  PullRequestMergedByHuman: moved(5, 'RollbackMerged'),
  PullRequestClosedByHuman: aborted(5, 'PR_CLOSED'),
  NotSynced: review(6, 'NOT_SYNCED'),
  StillDegraded: review(6, 'ROLLBACK_INEFFECTIVE'),
  DegradedAgain: review(6, 'ROLLBACK_INEFFECTIVE'),
  KillSwitchOn: aborted(4, 'KILL_SWITCH'),
  SecurityViolation: aborted(5, 'SECURITY'),
  AbortRequested: aborted(5, 'ABORTED_BY_PERSON'),
  ManualTakeover: aborted(5, 'MANUAL_TAKEOVER'),
  ReviewTimedOut: aborted(6, 'REVIEW_TIMEOUT'),
  Stale: aborted(5, 'STALE_STATE'),
  HandedOver: review(4, 'UNEXPECTED'),
  HumanReset: aborted(6, 'SECURITY'),
  StalePullRequestClosed: aborted(7, 'MANUAL_TAKEOVER'),
  DegradationConfirmed: example(2, { consecutive: 3, spanSeconds: '20' }),
  ApprovalRequested: example(4, { since: AT }, 1),
  HumanMergeAwaited: example(4, { since: AT }, 1),
  EscalationRaised: example(4, { reason: 'CI_FAILED' }, 1),
  InvariantsEvaluated: example(5, { results: RESULTS }),
  RollbackEnded: example(6, { state: 'RollbackComplete', times: TIMES }, 1),
  EventRefused: example(7, { event: 'AbortRequested' }),
} satisfies Readonly<Record<keyof typeof rollbackEvents, object>>;

export const rollbackEventOfServicesExamples = {
  RollbackNotOpened: {
    ...{
      version: EVENT_VERSION,
      eventId: 'service/shop/4/0',
      correlationId: 'sig_5f2c1e9b7a604d83b1c0e4f2a9',
    },
    ...{ subject: { kind: 'service', id: 'shop' }, rev: 4, at: AT, ...PLACE },
    data: { refusals: ['EPISODE_ENDED', 'QUOTA_PER_DAY'] },
  },
} satisfies Readonly<Record<keyof typeof rollbackEventsOfServices, object>>;
