import * as z from 'zod';
import { Fault, type Head, type Store } from '../kernel/index.ts';
import {
  ABORT_REASONS,
  BLOCK_REASONS,
  type DeploymentState,
  MODES,
  PRESETS,
  REVIEW_REASONS,
  type Timings,
} from './contract.ts';
import { PlannedRollout } from './planned-rollout.ts';
import { ChangeFacts } from './rules/facts.ts';
import { CallerFacts } from './rules/gather-facts.ts';
import { isOpenState } from './transitions.ts';

const State = z.discriminatedUnion('kind', [
  z.object({
    kind: z.enum([
      'Requested',
      'FactsGathered',
      'RiskAssessed',
      'AwaitingApproval',
      'Cleared',
      'RollingOut',
      'Completed',
      'RolledBack',
      'Observed',
    ]),
  }),
  z.object({ kind: z.literal('AwaitingHumanReview'), reason: z.enum(REVIEW_REASONS) }),
  z.object({ kind: z.literal('Blocked'), reason: z.enum(BLOCK_REASONS) }),
  z.object({ kind: z.literal('Aborted'), reason: z.enum(ABORT_REASONS) }),
]);

/** Kept from before the door asked for names that policies know: still readable, and blocked when it is decided on. */
const KeptClasses = z.array(z.string());

/** What a deployment keeps beside its state. Times are ISO. */
export const DeploymentData = z.object({
  v: z.literal(1),
  revision: z.string(),
  requestedBy: z.string(),
  /** The deployment that this one tries again, and who allowed a condemned revision to be tried. */
  retryOf: z.string().optional(),
  declared: CallerFacts.extend({ dataClasses: KeptClasses.exactOptional() }),
  preset: z.enum(PRESETS).optional(),
  change: ChangeFacts.extend({ dataClasses: KeptClasses }).optional(),
  /** Logins or persons who wrote it: they may not approve it. */
  authors: z.array(z.string()).optional(),
  /** The platform's versions: what takes the traffic, and what is to. */
  baseline: z.string().optional(),
  canary: z.string().optional(),
  risk: z.object({ score: z.string(), band: z.string(), level: z.string() }).optional(),
  mode: z.enum(MODES).optional(),
  /** A change that routing does not undo: the rollout freezes instead of rolling back. */
  irreversible: z.boolean().optional(),
  /** The rollout that condemned this revision before: people who approve it are told. */
  condemnedBy: z.string().optional(),
  rollout: z.string().optional(),
  /** Its rollout was found worse than what was there before, wherever it ended. */
  verdict: z.literal('condemned').optional(),
  /** The rollout that people were asked about; absent where nobody was, and in what an earlier release has asked. */
  planned: PlannedRollout.optional(),
  approvedBy: z.string().optional(),
  enteredAt: z.string(),
  deadlineAt: z.string().optional(),
  pageAt: z.string().optional(),
  lastApproval: z.string().optional(),
  refused: z.array(z.string()).optional(),
  times: z.object({
    requested: z.string(),
    assessed: z.string().optional(),
    cleared: z.string().optional(),
    rollout: z.string().optional(),
    ended: z.string().optional(),
  }),
});
export type DeploymentData = z.infer<typeof DeploymentData>;

/** One change to one service in one environment, as its head holds it. */
export type Deployment = {
  readonly id: string;
  readonly rev: number;
  readonly service: string;
  readonly environment: string;
  readonly correlationId: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly state: DeploymentState;
  readonly data: DeploymentData;
};

/** Reads a head as a deployment. Throws Fault('Malformed') when the stored item is not one. */
export function deploymentOf(head: Head): Deployment {
  const state = State.safeParse(head.state);
  const data = DeploymentData.safeParse(head.data);
  const { id, rev, service, environment, correlationId, createdAt, updatedAt } = head;
  if (!state.success || !data.success || service === undefined || environment === undefined)
    throw new Fault('Malformed', `the stored head of deployment ${id} is not a deployment`);
  const place = { service, environment, correlationId, createdAt, updatedAt };
  return { id, rev, state: state.data, data: data.data, ...place };
}

/** The deployment of this id. Throws Fault('NotFound'). */
export async function loadDeployment(store: Store, id: string): Promise<Deployment> {
  const head = await store.head({ kind: 'deployment', id });
  if (head === undefined) throw new Fault('NotFound', `there is no deployment ${id}`);
  return deploymentOf(head);
}

export function isOpen(deployment: Deployment): boolean {
  return isOpenState(deployment.state.kind);
}

/** Seconds a deployment may stay in a state; undefined for an end. */
export function stateDeadline(state: DeploymentState, timings: Timings): number | undefined {
  switch (state.kind) {
    case 'Requested':
    case 'FactsGathered':
    case 'RiskAssessed':
      return timings.factsWait;
    case 'AwaitingApproval':
      return timings.approvalWait;
    case 'Cleared':
      return timings.startWait;
    case 'RollingOut':
      return timings.rolloutWait;
    case 'AwaitingHumanReview':
      return timings.reviewWait;
    case 'Completed':
    case 'RolledBack':
    case 'Blocked':
    case 'Observed':
    case 'Aborted':
      return undefined;
  }
}
