import * as z from 'zod';
import {
  ABORT_REASONS,
  type AbortReason,
  type AccompanyingEvent,
  BLOCK_REASONS,
  type DeploymentEvent,
  type DeploymentStateName,
  EVENTS,
  REQUEST_REFUSALS,
  REVIEW_REASONS,
} from './contract.ts';
import { DeploymentData } from './deployment.ts';

const to = (state: DeploymentStateName) => z.strictObject({ state: z.literal(state) });
const aborted = (...reasons: readonly AbortReason[]) =>
  z.strictObject({ state: z.literal('Aborted'), reason: z.enum(reasons) });
const blocked = z.strictObject({ state: z.literal('Blocked'), reason: z.enum(BLOCK_REASONS) });
const review = z.strictObject({ state: z.literal('AwaitingHumanReview'), reason: z.enum(REVIEW_REASONS) });
const times = z
  .strictObject(DeploymentData.shape.times.shape)
  .describe('When each thing was done; what did not happen is absent.');

/** What is on the bus from deployments: the `data` of each event type. Strict; no person, and nothing that a person wrote. */
export const deploymentEvents = {
  DeploymentRequested: z
    .strictObject({ revision: z.string().describe('The git revision.') })
    .describe('Somebody asks for a deployment.'),
  FactsGathered: to('FactsGathered').describe('What the change is has been read from the forge.'),
  RiskAssessed: to('RiskAssessed').describe('What it resembles and its risk are known.'),
  DeploymentCleared: to('Cleared').describe('Policy and autonomy let it through by itself.'),
  ApprovalRequired: to('AwaitingApproval').describe(
    'A policy, the autonomy level or the risk asks for a person.',
  ),
  DeploymentBlocked: blocked.describe('Something forbids it; the decision names what.'),
  DeploymentObserved: to('Observed').describe('The level does not act: what it would have done is recorded.'),
  ApprovalGiven: to('Cleared').describe('A person approved, and nothing forbids it at that moment.'),
  ApprovalRejected: aborted('APPROVAL_REJECTED').describe('A person said no.'),
  ApprovalTimedOut: aborted('APPROVAL_TIMEOUT').describe('Nobody answered until the deadline.'),
  RolloutStarted: to('RollingOut').describe('Its plan is pinned, and its rollout begins.'),
  RolloutPromoted: to('Completed').describe('The change takes all of the traffic.'),
  RolloutRolledBack: to('RolledBack').describe('The judge condemned it, and it takes no traffic any more.'),
  RolloutAborted: aborted('ROLLOUT_ABORTED').describe('Its rollout ended without a verdict on the change.'),
  AbortRequested: aborted('ABORTED_BY_PERSON').describe('A person ended it before anything was moved.'),
  Paged: z
    .union([to('AwaitingApproval'), review])
    .describe('A question has stood unanswered: whoever is on call is paged. The state stays.'),
  ReviewTimedOut: aborted('REVIEW_TIMEOUT').describe('Nobody looked until the deadline.'),
  HandedOver: review.describe('Something could not be read in time, or failed unexpectedly.'),
  ApprovalRequested: z
    .strictObject({ since: z.iso.datetime().describe('Since when the approval is awaited.') })
    .describe('Along with the step to AwaitingApproval.'),
  EscalationRaised: z
    .strictObject({ reason: z.enum(REVIEW_REASONS) })
    .describe('Along with each step to AwaitingHumanReview: a person must look.'),
  DeploymentEnded: z
    .union([
      to('Completed').extend({ times }),
      to('RolledBack').extend({ times }),
      to('Observed').extend({ times }),
      blocked.extend({ times }),
      aborted(...ABORT_REASONS).extend({ times }),
    ])
    .describe('Along with each step to an end.'),
  EventRefused: z
    .strictObject({ event: z.enum(EVENTS) })
    .describe('A person asked for what the state does not allow: nothing moves.'),
} as const satisfies Record<DeploymentEvent | AccompanyingEvent, z.ZodType>;

/** What deployments say about a service before there is one: published for the service's capability. */
export const deploymentEventsOfServices = {
  DeploymentNotOpened: z
    .strictObject({
      refusal: z.enum(REQUEST_REFUSALS),
      revision: z.string().describe('The git revision that was asked for.'),
    })
    .describe(
      'A deployment was asked for and refused before it was one: once for each person, place, reason and revision.',
    ),
} as const satisfies Readonly<Record<string, z.ZodType>>;
