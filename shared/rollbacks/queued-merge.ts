import type { Attempt } from './attempt.ts';
import type { WorldDeps } from './ports.ts';
import { ask } from './read-world.ts';
import { queueRefusal } from './rules/record-step.ts';
import { takeStep } from './take-step.ts';

/**
 * Where a pull request stands that we put in the branch's merge queue: `none` was queued; it `waits` (or the forge does
 * not say); or the queue threw it out, and the attempt goes to a person. That it was merged is seen before this.
 */
export async function queueOutcome(
  deps: WorldDeps,
  attempt: Attempt,
  key: string,
): Promise<'none' | 'waits' | Attempt> {
  const { queuedAt, enteredAt, pullRequest } = attempt.data;
  if (queuedAt === undefined || pullRequest === undefined) return 'none';
  const { repository, number } = pullRequest;
  const queued = await ask(deps, 'merge-queue', () => deps.forge.isQueued(repository, number));
  if (queued !== false) return 'waits';
  // queued before the review that brought it back: that the queue threw it out has been judged
  if (queuedAt < enteredAt) return 'none';
  return takeStep(deps, attempt, {
    key: `${key}/queue`,
    rule: queueRefusal,
    inputs: { queuedAt, queued },
    move: () => ({
      event: 'InvariantsFailed',
      state: { kind: 'AwaitingHumanReview', reason: 'MERGE_REFUSED', afterMerge: false },
      reasons: [{ code: 'I8', text: 'the merge queue took the pull request out without merging it' }],
    }),
  });
}
