import { loadAttempt, timedFor } from './attempt.ts';
import { movedOn } from './close-pull-request.ts';
import { headMovedSince } from './head-moved.ts';
import { overtake } from './overtake-rollback.ts';
import { pageIfDue } from './page-person.ts';
import type { TaskInput, TaskResult, WorldDeps } from './ports.ts';
import { pullRequestOf } from './read-world.ts';
import { rejected } from './rejected-approval.ts';
import { returnToMerge } from './return-to-merge.ts';
import { standing } from './take-step.ts';

/**
 * Takes up what ended a review. A person's abort or takeover was recorded when it was given (review-rollback); here the
 * forge is told. Otherwise: an approval leads back to the merge, a rejection ends the attempt, and a person at the
 * forge, restored health or the kill switch may have overtaken it. Nobody for an hour: a person is paged.
 */
export async function recordReviewOfRollback(all: WorldDeps, input: TaskInput): Promise<TaskResult> {
  const attempt = await loadAttempt(all.store, input.rollbackId);
  const deps = timedFor(all, attempt);
  if (attempt.state.kind === 'AwaitingHumanReview') {
    const pullRequest = attempt.data.merge === undefined ? await pullRequestOf(deps, attempt) : null;
    const moved =
      (await overtake(deps, attempt, input.key, { pullRequest: pullRequest ?? undefined })) ??
      (await rejected(deps, attempt, input.key)) ??
      (await headMovedSince(deps, attempt, input.key, pullRequest ?? undefined)) ??
      (await returnToMerge(deps, attempt, input.key)) ??
      (await pageIfDue(deps, attempt, input.key));
    return standing(deps, moved);
  }
  return movedOn(deps, attempt);
}
