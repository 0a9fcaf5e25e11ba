import { type Actor, Fault } from '../kernel/index.ts';
import { type Attempt, loadAttempt } from './attempt.ts';
import type { RollbackDeps } from './ports.ts';
import { refusePerson } from './refuse-event.ts';
import { resetRollback } from './rules/record-step.ts';
import { takeStep } from './take-step.ts';

export type ResetInput = {
  readonly rollbackId: string;
  readonly person: string | undefined;
  readonly reason: string;
  readonly via: Actor['via'];
};

/**
 * Releases the slot that an attempt aborted for security still holds; the attempt keeps its end.
 * Throws Fault: Forbidden (unmapped identity), NotFound, Conflict (not aborted for security, or reset already).
 */
export async function resetAbortedRollback(deps: RollbackDeps, input: ResetInput): Promise<Attempt> {
  if (input.person === undefined)
    throw new Fault('Forbidden', 'this identity is mapped to no person and may not reset');
  const attempt = await loadAttempt(deps.store, input.rollbackId);
  const { state, data } = attempt;
  const actor: Actor = { type: 'person', id: input.person, via: input.via };
  if (state.kind !== 'Aborted' || state.reason !== 'SECURITY' || data.slotReleased) {
    const text = `rollback ${attempt.id} holds no slot that a reset could release`;
    return refusePerson(deps, attempt, { event: 'HumanReset', actor, text });
  }
  return takeStep(deps, attempt, {
    key: `reset/${input.person}/${attempt.rev}`,
    rule: resetRollback,
    inputs: { state: state.kind, reason: state.reason, slotReleased: data.slotReleased },
    actor,
    move: () => ({
      event: 'HumanReset',
      state,
      reasons: [{ code: 'HUMAN_RESET', text: input.reason }],
      data: { slotReleased: true },
    }),
  });
}
