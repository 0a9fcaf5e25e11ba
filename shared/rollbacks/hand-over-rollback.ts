import { isOpen, loadAttempt, timedFor } from './attempt.ts';
import type { RollbackDeps, TaskInput, TaskResult } from './ports.ts';
import { handOverRollback } from './rules/record-step.ts';
import { standing, takeStep } from './take-step.ts';

export type HandOverInput = TaskInput & { readonly failure: string | null };

/** An error the flow does not expect: the attempt goes to a person, with the error's name. In a review it only waits on. */
export async function handOverRollbackToPerson(all: RollbackDeps, input: HandOverInput): Promise<TaskResult> {
  const attempt = await loadAttempt(all.store, input.rollbackId);
  const deps = timedFor(all, attempt);
  if (!isOpen(attempt) || attempt.state.kind === 'AwaitingHumanReview') return standing(deps, attempt);
  const failure = input.failure ?? 'UnknownState';
  const moved = await takeStep(deps, attempt, {
    key: input.key,
    rule: handOverRollback,
    inputs: { state: attempt.state.kind, failure },
    move: () => ({
      event: 'HandedOver',
      state: {
        kind: 'AwaitingHumanReview',
        reason: 'UNEXPECTED',
        afterMerge: attempt.data.merge !== undefined,
      },
      reasons: [{ code: 'UNEXPECTED', text: `${attempt.state.kind} failed with ${failure}` }],
    }),
  });
  return standing(deps, moved);
}
