import * as z from 'zod';
import {
  type Actor,
  Fault,
  type Head,
  type Store,
  SUBJECT_KINDS,
  type Subject,
  sha256Hex,
} from '../../kernel/index.ts';
import { ENDING_KINDS } from '../contract.ts';
import type { EntryKey } from '../ports.ts';
import { erasedSource } from '../replay.ts';
import { type SealDeps, sealCandidates } from '../seal-candidates.ts';
import { statement } from '../statement.ts';
import { hasEnded, isEndingKind } from './has-ended.ts';
import type { Payloads } from './ports.ts';

/** Of `POST /v1/ledger/erasures`. */
export const ErasureRequest = z.strictObject({
  kind: z.enum(SUBJECT_KINDS),
  id: z.string().min(1).max(200),
  /** Stands in the ledger for good: it names the ground, not the person. */
  reason: z.string().trim().min(1).max(500),
});
export type ErasureRequest = z.infer<typeof ErasureRequest>;

export type EraseDeps = SealDeps & {
  readonly store: Pick<Store, 'head'>;
  readonly payloads: Payloads;
};

export type Erased = Subject & {
  /** All decisions of the subject. */
  readonly decisions: number;
  /** Whose payload this request removed. */
  readonly erased: number;
  /** Whose payload was gone before. */
  readonly gone: number;
};

// Half a transaction: each entry brings its content. What is removed after it is then a small part of the work.
const CHUNK = 49;

/**
 * Removes what stands in the payloads of an ended subject: inputs, outcomes, reasons, actors, with their salts. Before each
 * payload goes, a `ledger.erased` entry says so; a run that is cut off between the two is finished by asking again. Entries,
 * links, roots and proofs stay as they are: they need the envelope alone. A payload that is missing already gets no entry:
 * an erasure explains nothing that was lost before it.
 * It is no step of the subject, which has ended: the entries are its record, with who asked under a pseudonym.
 * Throws Fault: NotFound, Conflict (not ended, not sealed yet), Unavailable, PermissionDenied.
 */
export async function eraseSubject(
  deps: EraseDeps,
  { kind, id, reason }: ErasureRequest,
  actor: Actor,
): Promise<Erased> {
  const head = await deps.store.head({ kind, id });
  if (head === undefined) throw new Fault('NotFound', `there is no ${kind} ${id}`);
  refuseOpen(head);
  const steps = Array.from({ length: head.rev }, (_, at) => ({ kind, id, rev: at + 1 }));
  const present = await deps.payloads.present(steps);
  const open = steps.filter((_, at) => present[at] === true);
  await refuseUnsealed(deps, open);
  const { ledgerId } = await deps.table.head();
  const said = { reason, by: pseudonym(ledgerId, actor) };
  for (let from = 0; from < open.length; from += CHUNK) {
    const chunk = open.slice(from, from + CHUNK);
    await sealErasures(deps, chunk, said);
    await deps.payloads.remove(chunk);
  }
  return { kind, id, decisions: steps.length, erased: open.length, gone: steps.length - open.length };
}

/**
 * Who asked, the same in every entry and not by name: these entries are kept for good. Who has the list of people can
 * compute it of each of them.
 */
export function pseudonym(ledgerId: string, { type, id }: Actor): string {
  return `${type}:${sha256Hex(`${ledgerId}/${type}/${id}`).slice(0, 32)}`;
}

function refuseOpen({ kind, id, state }: Head): void {
  if (!isEndingKind(kind)) {
    const kinds = ENDING_KINDS.join(', ');
    throw new Fault('Conflict', `a ${kind} never ends: only of ${kinds} can the payloads be erased`, {
      issues: [{ path: 'kind', message: `must be one of ${kinds}` }],
    });
  }
  if (hasEnded(kind, state)) return;
  throw new Fault('Conflict', `${kind} ${id} is ${state.kind}: its decisions are needed until it has ended`, {
    issues: [{ path: 'id', message: `is still ${state.kind}; end it first` }],
  });
}

/** An erasure stands after what it erases: a decision that the stream has not brought yet would be a hole without a past. */
async function refuseUnsealed(deps: EraseDeps, steps: readonly EntryKey[]): Promise<void> {
  const sealed = await deps.table.commitments(steps);
  const missing = steps.filter((_, at) => sealed[at] === undefined).map(({ rev }) => rev);
  if (missing.length === 0) return;
  throw new Fault('Conflict', `revisions ${missing.slice(0, 10).join(', ')} are not sealed yet: try again`, {
    retryAfterSeconds: 10,
  });
}

async function sealErasures(
  deps: EraseDeps,
  steps: readonly EntryKey[],
  said: Readonly<Record<string, string>>,
): Promise<void> {
  const made = { now: deps.clock(), random: deps.random };
  const pending = steps.map((subject) => ({
    record: subject,
    candidate: statement('ledger.erased', erasedSource(subject), { subject, ...said }, made),
  }));
  const { failed } = await sealCandidates(deps, pending);
  if (failed !== undefined) throw failed.cause;
}
