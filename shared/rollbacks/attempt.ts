import * as z from 'zod';
import { approvalIdFor } from '../approvals/index.ts';
import { Fault, type Head, type Store } from '../kernel/index.ts';
import {
  ABORT_REASONS,
  MAX_RETURNS,
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
  /** When it was committed, as the search for a candidate read it. */
  revisionCommittedAt: z.string().optional(),
  enteredAt: z.string(),
  deadlineAt: z.string().optional(),
  /** When whoever is on call is paged if nobody has answered. */
  pageAt: z.string().optional(),
  candidate: Candidate.optional(),
  /** The revision of the attempt whose decision chose the candidate: its place in the ledger. */
  candidateRev: z.int().optional(),
  pullRequest: PullRequestFacts.optional(),
  merge: z
    .object({ sha: z.string(), at: z.string(), byPerson: z.boolean(), approval: z.string().optional() })
    .optional(),
  /** Who asked for this rollback, if a person did: they may not approve it. */
  requestedBy: z.string().optional(),
  /** The approval that led back from a review to the merge. */
  approval: z.string().optional(),
  /** The last approval that was asked for: closed once the attempt has done with it. */
  lastApproval: z.string().optional(),
  returns: z.int().optional(),
  /** Since when the pull request waits in the branch's merge queue. */
  queuedAt: z.string().optional(),
  /** The service's own timings in seconds, as they were when the attempt was opened. */
  overrides: z.partialRecord(z.enum(TIMING_NAMES), z.number().positive()).optional(),
  /** Somebody pushed to the pull request: it is not what was opened and checked, so no approval is asked for. */
  headMoved: z.boolean().optional(),
  /** The place in the hour's pull requests that was taken for this attempt; null when none was left. */
  pullRequestPlace: z.string().nullable().optional(),
  /** When the forge was last asked to merge, just before the call; and the revision that recorded it. */
  mergeStartedAt: z.string().optional(),
  mergeStartedRev: z.int().optional(),
  /** The merge waits until a checkpoint covers that revision: as the service said when the attempt was opened. */
  awaitCheckpoint: z.boolean().optional(),
  /** The revision of which it was said that it waits for a checkpoint. */
  checkpointAwaitedRev: z.int().optional(),
  /** Until when it was said that the merge waits for the repository's quota. */
  mergeHeldUntil: z.string().optional(),
  /** The forge gave no answer to the merge: not tried again before `until`. `times` counts within one stay in AwaitingMerge. */
  mergePostponed: z
    .object({ at: z.string(), until: z.string(), times: z.int(), said: z.string() })
    .optional(),
  /** What was said last where that led to the present review: one line, without secrets. */
  said: z.string().optional(),
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

/**
 * The approval that an attempt waits for or stands on, whether or not it has been asked for yet; undefined where no
 * person's word could lead to a merge.
 */
export function approvalIdOf({ id, state, data }: Attempt): string | undefined {
  if (state.kind === 'AwaitingMerge')
    return data.approval ?? (data.mode === 'approve' ? approvalIdFor(id, data.enteredAt) : undefined);
  if (data.mode === 'observe' || data.mode === 'suggest') return undefined;
  if (state.kind !== 'AwaitingHumanReview' || state.afterMerge || data.pullRequest === undefined)
    return undefined;
  if (data.headMoved) return undefined;
  return (data.returns ?? 0) < MAX_RETURNS ? approvalIdFor(id, data.enteredAt) : undefined;
}
