import * as z from 'zod';
import { AttemptData } from './attempt.ts';
import {
  ABORT_REASONS,
  type AbortReason,
  type AccompanyingEvent,
  EVENTS,
  MODES,
  REVIEW_REASONS,
  type ReviewReason,
  type RollbackEvent,
  type RollbackStateName,
} from './contract.ts';
import { INVARIANTS } from './rules/check-invariants.ts';
import { OPEN_REFUSALS } from './rules/open-rollback.ts';

/** Where an event leads: the new state, with its reason where it has one. */
const to = (state: RollbackStateName) => z.strictObject({ state: z.literal(state) });
const toReview = (...reasons: readonly ReviewReason[]) =>
  z.strictObject({ state: z.literal('AwaitingHumanReview'), reason: z.enum(reasons) });
const toAborted = (...reasons: readonly AbortReason[]) =>
  z.strictObject({ state: z.literal('Aborted'), reason: z.enum(reasons) });
const selfHealed = z.strictObject({ state: z.literal('SelfHealed'), reason: z.literal('TRANSIENT') });

const times = z
  .strictObject(AttemptData.shape.times.shape)
  .describe('When each thing was seen or done; what did not happen is absent.');

const InvariantResult = z.strictObject({
  id: z.enum(INVARIANTS),
  result: z.enum(['pass', 'wait', 'fail', 'overridden']),
  value: z.string().describe('What it was judged on, in words.'),
});

/**
 * What is on the bus from attempts: the `data` of each event type. Strict: what is not named here is not published. No
 * person, and nothing that a person wrote.
 */
export const rollbackEvents = {
  DegradationDetected: z
    .strictObject({ trigger: z.enum(['signal', 'reading', 'person']), mode: z.enum(MODES) })
    .describe('An attempt is opened: a signal, a bad reading or a person says that a service is degraded.'),
  CandidateResolved: z
    .union([to('CandidateResolved'), to('Observed')])
    .describe('The degradation is confirmed, and a revision to go back to is found.'),
  NoCandidate: z
    .union([toReview('NO_CANDIDATE'), to('Observed')])
    .describe('The degradation is confirmed, and no revision to go back to is found in time.'),
  NotConfirmed: selfHealed.describe('There never were three bad readings in a row until the deadline.'),
  ReadingsMissing: toReview('NO_READING').describe('Health could not be read until the deadline.'),
  HealthRestored: z
    .union([selfHealed, to('RollbackComplete')])
    .describe('The service has been Healthy for 60 s without a break: by itself, or by the rollback.'),
  PullRequestOpened: to('PullRequestOpen').describe('The pull request is open: a new one, or one that was.'),
  PullRequestFailed: z
    .union([toReview('PR_FAILED'), toAborted('SECURITY')])
    .describe('The pull request could not be opened; SECURITY where our credentials were refused.'),
  CiSucceeded: to('AwaitingMerge').describe('All checks of the head are green.'),
  CiFailed: toReview('CI_FAILED').describe('A check of the head is red.'),
  CiTimedOut: toReview('CI_TIMEOUT').describe('The checks were not done at the deadline.'),
  InvariantsPassed: to('RollbackMerged').describe('All eight invariants hold, and it is merged by itself.'),
  InvariantsFailed: toReview('INVARIANT_FAILED', 'MERGE_REFUSED').describe(
    'An invariant does not hold, or the forge refuses the merge.',
  ),
  MergeTimedOut: toReview('MERGE_TIMEOUT').describe('It was not merged until the deadline.'),
  HumanApproved: to('RollbackMerged').describe('A person approved, the invariants hold, and it is merged.'),
  ApprovalTimedOut: toAborted('APPROVAL_TIMEOUT').describe('Nobody approved until the deadline.'),
  ReviewApproved: to('AwaitingMerge').describe('A person sends the attempt from review back to the merge.'),
  Paged: z
    .union([to('AwaitingMerge'), toReview(...REVIEW_REASONS)])
    .describe('A question has stood unanswered for an hour: whoever is on call is paged. The state stays.'),
  AutonomyLowered: to('AwaitingMerge').describe(
    'Autonomy was lowered from auto to approve while the merge was awaited: from now on it awaits a person.',
  ),
  HeadMoved: toReview(...REVIEW_REASONS).describe(
    'Somebody pushed to the pull request while a person was asked: no approval can lead to its merge any more. The state stays.',
  ),
  MergeStarted: to('AwaitingMerge').describe(
    'The invariants allow the merge, its place in the quota of the hour is taken, and the forge is asked next.',
  ),
  MergeHeld: to('AwaitingMerge').describe(
    'The invariants allow the merge, but the repository has had its merges of the hour: it waits for the next.',
  ),
  MergePostponed: to('AwaitingMerge').describe(
    'The forge gave no answer to the merge, or asks to wait: the approval stands, and it is asked again until the deadline.',
  ),
  CheckpointAwaited: to('AwaitingMerge').describe(
    'The invariants allow the merge; it waits until a signed checkpoint of the ledger covers the decision that says so.',
  ),
  CheckpointTimedOut: toReview('CHECKPOINT_TIMEOUT').describe(
    'No signed checkpoint of the ledger covered the decision that allows the merge in time: a person must look.',
  ),
  MergeQueued: to('AwaitingMerge').describe("The pull request is put in its branch's merge queue."),
  MergeCompleted: z
    .union([
      z.strictObject({
        sha: z.string().describe('The merge commit.'),
        auto: z.boolean().describe('Whether it was merged without an approval.'),
      }),
      to('RollbackMerged'),
      toAborted(...ABORT_REASONS),
      selfHealed,
    ])
    .describe(
      'Our merge is made: along with InvariantsPassed or HumanApproved (sha, auto), or found later (state; an end that came first stays).',
    ),
  PullRequestMergedByHuman: to('RollbackMerged').describe('A person merged the pull request at the forge.'),
  PullRequestClosedByHuman: toAborted('PR_CLOSED').describe('A person closed the pull request at the forge.'),
  NotSynced: toReview('NOT_SYNCED').describe('The delivery system did not reach the target in time.'),
  StillDegraded: toReview('ROLLBACK_INEFFECTIVE').describe('The target runs and is not Healthy in time.'),
  DegradedAgain: toReview('ROLLBACK_INEFFECTIVE').describe('The target was Healthy and is degraded again.'),
  KillSwitchOn: toAborted('KILL_SWITCH').describe('The kill switch ends the attempt before its merge.'),
  SecurityViolation: toAborted('SECURITY').describe(
    'Our credentials were refused: the slot stays taken until an admin resets it.',
  ),
  AbortRequested: toAborted('ABORTED_BY_PERSON').describe('A person ends the attempt.'),
  ManualTakeover: toAborted('MANUAL_TAKEOVER').describe('A person takes over by hand.'),
  ReviewTimedOut: toAborted('REVIEW_TIMEOUT').describe('Nobody answered the review until the deadline.'),
  Stale: toAborted('STALE_STATE').describe('The attempt is older than a day.'),
  HandedOver: toReview('UNEXPECTED').describe('An error that the flow does not expect.'),
  HumanReset: toAborted('SECURITY').describe(
    'An admin releases the slot of an attempt aborted for security.',
  ),
  StalePullRequestClosed: z
    .union([toAborted(...ABORT_REASONS), selfHealed])
    .describe(
      'The pull request that an ended attempt left open is closed: nobody took it up for a week, or it was to be closed at the end and could not be.',
    ),
  DegradationConfirmed: z
    .strictObject({
      consecutive: z.int().min(1).describe('Bad readings in a row.'),
      spanSeconds: z.string().describe('Seconds that they span, a decimal.'),
    })
    .describe('Along with CandidateResolved or NoCandidate: the degradation is confirmed.'),
  ApprovalRequested: z
    .strictObject({ since: z.iso.datetime().describe('Since when the approval is awaited.') })
    .describe('Along with the step to AwaitingMerge in mode approve: a person must approve the merge.'),
  HumanMergeAwaited: z
    .strictObject({ since: z.iso.datetime().describe('Since when it waits for a person.') })
    .describe('Along with the step to AwaitingMerge in mode suggest: a person must merge the pull request.'),
  EscalationRaised: z
    .strictObject({ reason: z.enum(REVIEW_REASONS) })
    .describe('Along with each step to AwaitingHumanReview: a person must look.'),
  InvariantsEvaluated: z
    .strictObject({ results: z.array(InvariantResult).length(INVARIANTS.length) })
    .describe('Along with the step that the evaluation leads to: the eight invariants with their values.'),
  RollbackEnded: z
    .union([
      to('RollbackComplete').extend({ times }),
      to('Observed').extend({ times }),
      selfHealed.extend({ times }),
      toAborted(...ABORT_REASONS).extend({ times }),
    ])
    .describe('Along with each step to an end.'),
  EventRefused: z
    .strictObject({ event: z.enum(EVENTS) })
    .describe('A person asked for what the state does not allow: nothing moves.'),
} satisfies Readonly<Record<RollbackEvent | AccompanyingEvent, z.ZodType>>;

/** What rollbacks say about a service before there is an attempt: published for the service's capability. */
export const rollbackEventsOfServices = {
  RollbackNotOpened: z
    .strictObject({ refusals: z.array(z.enum(OPEN_REFUSALS)).min(1) })
    .describe(
      'An attempt would have been opened, but: once for each environment, episode and set of refusals.',
    ),
} satisfies Readonly<Record<string, z.ZodType>>;
