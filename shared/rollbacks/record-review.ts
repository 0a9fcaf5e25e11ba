import { loadAttempt, timedFor } from './attempt.ts';
import { movedOn } from './close-pull-request.ts';
import { overtake } from './overtake-rollback.ts';
import type { TaskInput, TaskResult, WorldDeps } from './ports.ts';
import { standing } from './take-step.ts';

/**
 * Takes up what ended a review. A person's word was recorded when it was given (review-rollback); here the forge is
 * told. Otherwise: a person at the forge, restored health or the kill switch may have ended it.
 */
export async function recordReviewOfRollback(all: WorldDeps, input: TaskInput): Promise<TaskResult> {
  const attempt = await loadAttempt(all.store, input.rollbackId);
  const deps = timedFor(all, attempt);
  if (attempt.state.kind === 'AwaitingHumanReview') {
    const overtaken = await overtake(deps, attempt, input.key);
    return standing(deps, overtaken ?? attempt);
  }
  return movedOn(deps, attempt);
}
