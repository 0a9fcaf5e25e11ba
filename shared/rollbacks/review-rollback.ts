import { type Actor, type Decision, Fault } from '../kernel/index.ts';
import { type Attempt, attemptOf, loadAttempt } from './attempt.ts';
import type { RollbackDeps } from './ports.ts';
import { refusePerson } from './refuse-event.ts';
import { type ReviewFact, recordReview } from './rules/record-step.ts';
import { takeStep } from './take-step.ts';

export type ReviewInput = {
  readonly rollbackId: string;
  readonly verdict: ReviewFact['verdict'];
  readonly reason: string;
  /** The mapped person; an identity that maps to nobody may not decide. */
  readonly person: string | undefined;
  readonly via: Actor['via'];
};

/**
 * A person ends an attempt that awaits a merge or a review: abort it, or take it over by hand. The same word of the same
 * person again is no second one: it wakes the workflow, which may not have heard the first, to settle the forge.
 * Throws Fault: Forbidden (unmapped identity), NotFound, Conflict (in no such state, or somebody was first).
 */
export async function reviewRollback(deps: RollbackDeps, input: ReviewInput): Promise<Attempt> {
  if (input.person === undefined)
    throw new Fault('Forbidden', 'this identity is mapped to no person and may not decide');
  const attempt = await loadAttempt(deps.store, input.rollbackId);
  const actor: Actor = { type: 'person', id: input.person, via: input.via };
  if (await wakeIfRepeated(deps, attempt, { ...input, person: input.person })) return attempt;
  if (attempt.state.kind !== 'AwaitingHumanReview' && attempt.state.kind !== 'AwaitingMerge') {
    const event = input.verdict === 'abort' ? 'AbortRequested' : 'ManualTakeover';
    const text = `rollback ${attempt.id} is ${attempt.state.kind}, not AwaitingMerge or AwaitingHumanReview`;
    return refusePerson(deps, attempt, { event, actor, text });
  }
  const moved = await takeStep(deps, attempt, {
    key: `review/${input.person}/${input.verdict}/${attempt.rev}`,
    rule: recordReview,
    inputs: { verdict: input.verdict, person: input.person, reason: input.reason },
    actor,
    move: (outcome) => ({
      event: outcome.event,
      state: { kind: 'Aborted', reason: outcome.reason },
      reasons: [{ code: outcome.reason, text: input.reason }],
    }),
  });
  await wakeAttempt(deps, attempt);
  return moved;
}

/** Wakes the workflow if this person's word has ended the attempt already; false, and nothing done, if it has not. */
export async function wakeIfRepeated(
  deps: Pick<RollbackDeps, 'store' | 'work' | 'workflow'>,
  attempt: Attempt,
  word: { readonly verdict: ReviewFact['verdict']; readonly person: string },
): Promise<boolean> {
  const repeated = await isRepeated(deps, attempt, word);
  if (repeated) await wakeAsking(deps, attempt);
  return repeated;
}

/** Whether this person's word has ended the attempt already. */
async function isRepeated(
  deps: Pick<RollbackDeps, 'store'>,
  { id, rev, state }: Attempt,
  { verdict, person }: { readonly verdict: ReviewFact['verdict']; readonly person: string },
): Promise<boolean> {
  const { event, reason } = recordReview.decide({ verdict, person, reason: '' });
  if (state.kind !== 'Aborted' || state.reason !== reason) return false;
  // what is recorded after an end is little: a late merge, refusals, the stale pull request
  for (let at = rev; at > 0; at -= 1) {
    const step = await deps.store.decision({ kind: 'rollback', id }, at);
    // a refusal bears the name of the event that it refuses
    if (step === undefined || step.envelope.from === step.envelope.to) continue;
    const { actor } = step.payload === undefined ? {} : (JSON.parse(step.payload.bytes) as Partial<Decision>);
    return step.envelope.event === event && actor?.type === 'person' && actor.id === person;
  }
  return false;
}

/** Ends the waits of an attempt that asked people, although it has ended since. */
async function wakeAsking(deps: Pick<RollbackDeps, 'work' | 'workflow'>, { id }: Attempt): Promise<void> {
  for (const state of ['AwaitingMerge', 'AwaitingHumanReview']) {
    const wait = await deps.work.wait(id, state);
    if (wait !== undefined) await deps.workflow.wake(wait.token, { woken: true });
  }
}

/** Ends the wait of an attempt's present state, if its workflow has stored one. */
export async function wakeAttempt(
  deps: Pick<RollbackDeps, 'work' | 'workflow'>,
  attempt: Attempt,
): Promise<void> {
  const wait = await deps.work.wait(attempt.id, attempt.state.kind);
  if (wait !== undefined) await deps.workflow.wake(wait.token, { woken: true });
}

/** Ends the wait of an attempt, whatever it waits for; one that waits for nothing, or does not exist, is success. */
export async function wakeRollback(
  deps: Pick<RollbackDeps, 'store' | 'work' | 'workflow'>,
  id: string,
): Promise<void> {
  const head = await deps.store.head({ kind: 'rollback', id });
  if (head !== undefined) await wakeAttempt(deps, attemptOf(head));
}
