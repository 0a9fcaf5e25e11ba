import * as z from 'zod';
import {
  canonicalJson,
  Fault,
  type Head,
  ID_PREFIX,
  millis,
  type Store,
  SUBJECT_KINDS,
  sha256Hex,
  ulid,
  VIA,
} from '../kernel/index.ts';
import { APPROVAL_STATES, type ApprovalState, VERDICTS } from './contract.ts';

/** What exactly is approved. `hash` binds an answer to it: another head, another plan. */
const Plan = z.object({ hash: z.string(), facts: z.record(z.string(), z.union([z.string(), z.number()])) });
export type Plan = z.infer<typeof Plan>;

const Answer = z.object({
  person: z.string(),
  via: z.enum(VIA),
  verdict: z.enum(VERDICTS),
  overrides: z.array(z.string()),
  reason: z.string(),
  at: z.string(),
});
export type Answer = z.infer<typeof Answer>;

const ApprovalData = z.object({
  v: z.literal(1),
  for: z.object({ kind: z.enum(SUBJECT_KINDS), id: z.string() }),
  plan: Plan,
  /** Four eyes: persons who asked for it or authored the change. Logins of nobody we know read `github:<login>`. */
  notBy: z.array(z.string()),
  /** What an approval may name to let pass although it does not hold. */
  overridable: z.array(z.string()),
  deadlineAt: z.string(),
  answer: Answer.optional(),
  /** Answers that did not count, `<person>/<verdict>/<refusal>`: each is decided once. */
  refused: z.array(z.string()).optional(),
});
export type ApprovalData = z.infer<typeof ApprovalData>;

/** A question to a person with a deadline, as its head holds it. */
export type Approval = {
  readonly id: string;
  readonly rev: number;
  readonly state: ApprovalState;
  readonly service: string;
  readonly environment: string;
  readonly correlationId: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly data: ApprovalData;
};

const State = z.object({ kind: z.enum(APPROVAL_STATES) });

/** Reads a head as an approval. Throws Fault('Malformed') when the stored item is not one. */
export function approvalOf(head: Head): Approval {
  const state = State.safeParse(head.state);
  const data = ApprovalData.safeParse(head.data);
  const { id, rev, service, environment, correlationId, createdAt, updatedAt } = head;
  if (!state.success || !data.success || service === undefined || environment === undefined)
    throw new Fault('Malformed', `the stored head of approval ${id} is not an approval`);
  const place = { service, environment, correlationId, createdAt, updatedAt };
  return { id, rev, state: state.data.kind, ...place, data: data.data };
}

/** The approval of this id, or undefined. Throws Fault('Malformed'). */
export async function findApproval(store: Store, id: string): Promise<Approval | undefined> {
  const head = await store.head({ kind: 'approval', id });
  return head === undefined ? undefined : approvalOf(head);
}

/** The approval of this id. Throws Fault('NotFound'). */
export async function loadApproval(store: Store, id: string): Promise<Approval> {
  const approval = await findApproval(store, id);
  if (approval === undefined) throw new Fault('NotFound', `there is no approval ${id}`);
  return approval;
}

/**
 * The id of the question that a subject asks since a time (ISO): the same each time it is computed, so that asking can
 * be repeated after a crash. It reads as a ULID of that time.
 */
export function approvalIdFor(subjectId: string, since: string): string {
  const chance = Buffer.from(sha256Hex(`${subjectId}/${since}`), 'hex');
  return `${ID_PREFIX.approval}_${ulid(millis(since), (bytes) => chance.subarray(0, bytes))}`;
}

/** A plan with its hash: SHA-256 of the JCS of its facts. */
export function planOf(facts: Plan['facts']): Plan {
  return { hash: sha256Hex(canonicalJson(facts)), facts };
}

/** The public form of an approval. */
export function approvalView(approval: Approval) {
  const { id, rev, state, service, environment, correlationId, createdAt, updatedAt, data } = approval;
  return {
    ...{ kind: 'approval' as const, id, rev, state: { kind: state }, service, environment, correlationId },
    ...{ createdAt, updatedAt, for: data.for, plan: { hash: data.plan.hash, ...data.plan.facts } },
    ...{ askedAt: createdAt, deadlineAt: data.deadlineAt, notBy: data.notBy, overridable: data.overridable },
    ...(data.answer !== undefined && { answer: data.answer }),
  };
}
