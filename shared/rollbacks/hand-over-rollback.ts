import { failureText } from '../kernel/index.ts';
import { type Attempt, isOpen, loadAttempt, timedFor } from './attempt.ts';
import type { RollbackDeps, TaskInput, TaskResult } from './ports.ts';
import { type HandOverInputs, type HandOverOutcome, handOverRollback } from './rules/record-step.ts';
import { settleApproval } from './settle-approval.ts';
import { type Move, standing, takeStep } from './take-step.ts';

export type HandOverInput = TaskInput & {
  readonly failure: string | null;
  /** What the failed task said, as the workflow has it; of a failure before, where there is none now. */
  readonly cause?: string | null | undefined;
};

/**
 * An error the flow does not expect: the attempt goes to a person, with the error's name and what it said. In a review it
 * only waits on.
 * Refused credentials before the merge end the attempt instead: Aborted(SECURITY), which keeps the slot.
 */
export async function handOverRollbackToPerson(all: RollbackDeps, input: HandOverInput): Promise<TaskResult> {
  const attempt = await loadAttempt(all.store, input.rollbackId);
  const deps = timedFor(all, attempt);
  const message = input.failure === null ? null : failureText(input.cause);
  const inputs: HandOverInputs = {
    state: attempt.state.kind,
    failure: input.failure ?? 'UnknownState',
    afterMerge: attempt.data.merge !== undefined,
    ...(message !== null && { message }),
  };
  const { verdict } = handOverRollback.decide(inputs);
  const waitsOn = attempt.state.kind === 'AwaitingHumanReview' && verdict === 'review';
  if (!isOpen(attempt) || waitsOn) {
    // the task that failed, or this one before, may have recorded its step and died before it closed what people were asked
    await settleApproval(deps, attempt);
    return standing(deps, attempt);
  }
  const moved = await takeStep(deps, attempt, {
    key: input.key,
    rule: handOverRollback,
    inputs,
    move: (outcome) => moveOf(attempt, inputs, outcome),
  });
  return standing(deps, moved);
}

function moveOf(
  attempt: Attempt,
  { afterMerge, message }: HandOverInputs,
  { verdict, failure }: HandOverOutcome,
): Move {
  const said = message === undefined ? failure : `${failure}: ${message}`;
  const text = `${attempt.state.kind} failed with ${said}`;
  if (verdict === 'security')
    return {
      event: 'SecurityViolation',
      state: { kind: 'Aborted', reason: 'SECURITY' },
      reasons: [{ code: 'PERMISSION_DENIED', text }],
    };
  return {
    event: 'HandedOver',
    state: { kind: 'AwaitingHumanReview', reason: 'UNEXPECTED', afterMerge },
    reasons: [{ code: 'UNEXPECTED', text }],
    data: { said },
  };
}
