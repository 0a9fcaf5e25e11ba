import * as z from 'zod';
import { Fault, type Head, millis, type Store } from '../kernel/index.ts';
import {
  ABORT_REASONS,
  MODES,
  OPEN_STATES,
  REVIEW_REASONS,
  type RollbackState,
  TIMINGS,
  type Timings,
  timingsAt,
} from './contract.ts';

const Reasoned = z.discriminatedUnion('kind', [
  z.object({
    kind: z.enum([
      'DegradationDetected',
      'CandidateResolved',
      'PullRequestOpen',
      'AwaitingMerge',
      'RollbackMerged',
    ]),
  }),
  z.object({
    kind: z.literal('AwaitingHumanReview'),
    reason: z.enum(REVIEW_REASONS),
    afterMerge: z.boolean(),
  }),
  z.object({ kind: z.enum(['RollbackComplete', 'Observed']) }),
  z.object({ kind: z.literal('SelfHealed'), reason: z.literal('TRANSIENT'), flapping: z.boolean() }),
  z.object({ kind: z.literal('Aborted'), reason: z.enum(ABORT_REASONS) }),
]);

const TIMING_NAMES = Object.keys(TIMINGS) as (keyof Timings)[];

export const PullRequestFacts = z.object({
  repository: z.string(),
  number: z.int(),
  url: z.string(),
  branch: z.string(),
  baseBranch: z.string(),
  headSha: z.string(),
  path: z.string(),
});
export type PullRequestFacts = z.infer<typeof PullRequestFacts>;

const Candidate = z.object({
  revision: z.string(),
  message: z.string(),
  committedAt: z.string(),
  /** Fraction as a decimal string, absent when nothing was measured. */
  uptime: z.string().optional(),
  samples: z.int().optional(),
});
export type Candidate = z.infer<typeof Candidate>;

/** What an attempt keeps beside its state. Times are ISO. */
export const AttemptData = z.object({
  v: z.literal(1),
  trigger: z.object({ type: z.enum(['signal', 'reading', 'person']), id: z.string(), text: z.string() }),
  mode: z.enum(MODES),
  /** The degraded revision: with service and environment it names the episode. */
  revision: z.string().optional(),
  enteredAt: z.string(),
  deadlineAt: z.string().optional(),
  candidate: Candidate.optional(),
  pullRequest: PullRequestFacts.optional(),
  merge: z.object({ sha: z.string(), at: z.string(), byPerson: z.boolean() }).optional(),
  /** The service's own timings in seconds, as they were when the attempt was opened. */
  overrides: z.partialRecord(z.enum(TIMING_NAMES), z.number().positive()).optional(),
  slotReleased: z.boolean(),
  /** What persons asked and was refused, `<person>/<event>/<state>`: each is decided once. */
  refused: z.array(z.string()).optional(),
  times: z.object({
    started: z.string().optional(),
    detected: z.string(),
    confirmed: z.string().optional(),
    candidate: z.string().optional(),
    pullRequest: z.string().optional(),
    ci: z.string().optional(),
    merged: z.string().optional(),
    synced: z.string().optional(),
    ended: z.string().optional(),
  }),
});
export type AttemptData = z.infer<typeof AttemptData>;

/** One attempt at rolling a service back, as its head holds it. */
export type Attempt = {
  readonly id: string;
  readonly rev: number;
  readonly service: string;
  readonly environment: string;
  readonly correlationId: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly state: RollbackState;
  readonly data: AttemptData;
};

/** Reads a head as an attempt. Throws Fault('Malformed') when the stored item is not one. */
export function attemptOf(head: Head): Attempt {
  const state = Reasoned.safeParse(head.state);
  const data = AttemptData.safeParse(head.data);
  if (!state.success || !data.success || head.service === undefined || head.environment === undefined) {
    throw new Fault('Malformed', `the stored head of rollback ${head.id} is not an attempt`);
  }
  const { id, rev, service, environment, correlationId, createdAt, updatedAt } = head;
  return {
    id,
    rev,
    service,
    environment,
    correlationId,
    createdAt,
    updatedAt,
    state: state.data,
    data: data.data,
  };
}

/** The attempt of this id. Throws Fault('NotFound'). */
export async function loadAttempt(store: Store, id: string): Promise<Attempt> {
  const head = await store.head({ kind: 'rollback', id });
  if (head === undefined) throw new Fault('NotFound', `there is no rollback ${id}`);
  return attemptOf(head);
}

/** The dependencies with the timings of this attempt: its service may have its own. */
export function timedFor<Deps extends { readonly timings: Timings; readonly factor: number }>(
  deps: Deps,
  attempt: Attempt,
): Deps {
  return { ...deps, timings: timingsAt(deps.factor, attempt.data.overrides) };
}

/** Whether the attempt has not ended. */
export function isOpen(attempt: Attempt): boolean {
  return OPEN_STATES.some((state) => state === attempt.state.kind);
}

/** Seconds (unscaled, at least 1) until the attempt's deadline: what a workflow waits for at most. */
export function waitSeconds(attempt: Attempt, now: number, factor: number): number {
  if (attempt.data.deadlineAt === undefined) return 1;
  return Math.max(1, Math.ceil(((millis(attempt.data.deadlineAt) - now) / 1000) * factor));
}

export function isExpired(attempt: Attempt, now: number): boolean {
  return isOpen(attempt) && attempt.data.deadlineAt !== undefined && now >= millis(attempt.data.deadlineAt);
}

/** Seconds an attempt may stay in a state; undefined for an end. Mode matters only while a merge is awaited. */
export function stateDeadline(
  state: RollbackState,
  mode: AttemptData['mode'],
  timings: Timings,
): number | undefined {
  switch (state.kind) {
    case 'DegradationDetected':
      return timings.confirmationWait;
    case 'CandidateResolved':
      return timings.candidateSearch;
    case 'PullRequestOpen':
      return timings.ciWait;
    case 'AwaitingMerge':
      return mode === 'auto' ? timings.mergeWait : timings.humanMergeWait;
    case 'AwaitingHumanReview':
      return timings.reviewWait;
    case 'RollbackMerged':
      return timings.syncDeadline + timings.recoveryDeadline;
    case 'RollbackComplete':
    case 'Observed':
    case 'SelfHealed':
    case 'Aborted':
      return undefined;
  }
}
