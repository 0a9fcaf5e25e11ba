import { type Attempt, loadAttempt, timedFor } from './attempt.ts';
import { settleForge } from './close-pull-request.ts';
import { METRICS } from './contract.ts';
import { overtake } from './overtake-rollback.ts';
import type { TaskInput, TaskResult, WorldDeps } from './ports.ts';
import { readInvariants } from './read-invariants.ts';
import { pullRequestOf } from './read-world.ts';
import {
  type CheckInvariantsInputs,
  type CheckInvariantsOutcome,
  checkInvariants,
} from './rules/check-invariants.ts';
import { standing, takeStep } from './take-step.ts';

/** The inputs of the check that allowed a merge travel to the merge task, which decides on the same bytes. */
export type InvariantCheck = TaskResult & {
  readonly verdict: CheckInvariantsOutcome['verdict'] | 'moved';
  readonly evaluation: CheckInvariantsInputs | null;
};

/**
 * Re-reads the eight invariants from the systems themselves. `merge` only in mode auto with all eight passed on fresh
 * readings; a failed one goes to a person; everything unread waits for the next reading.
 */
export async function checkInvariantsOfRollback(all: WorldDeps, input: TaskInput): Promise<InvariantCheck> {
  const attempt = await loadAttempt(all.store, input.rollbackId);
  const deps = timedFor(all, attempt);
  const moved = (to: Attempt): InvariantCheck => ({
    ...standing(deps, to),
    verdict: 'moved',
    evaluation: null,
  });
  if (attempt.state.kind !== 'AwaitingMerge') {
    await settleForge(deps, attempt);
    return moved(attempt);
  }
  const pullRequest = await pullRequestOf(deps, attempt);
  const overtaken = await overtake(deps, attempt, input.key, pullRequest ?? undefined);
  if (overtaken !== undefined) return moved(overtaken);
  const inputs = await readInvariants(deps, attempt, pullRequest ?? undefined);
  const outcome = checkInvariants.decide(inputs);
  for (const invariant of outcome.failed) deps.meter.count(METRICS.violations, { invariant });
  if (outcome.verdict !== 'review')
    return { ...standing(deps, attempt), verdict: outcome.verdict, evaluation: inputs };
  return moved(await handToReview(deps, attempt, input.key, inputs));
}

async function handToReview(
  deps: WorldDeps,
  attempt: Attempt,
  key: string,
  inputs: CheckInvariantsInputs,
): Promise<Attempt> {
  return takeStep(deps, attempt, {
    key,
    rule: checkInvariants,
    inputs,
    move: (outcome) => ({
      event: 'InvariantsFailed',
      state: { kind: 'AwaitingHumanReview', reason: 'INVARIANT_FAILED', afterMerge: false },
      also: [{ type: 'InvariantsEvaluated', data: { results: outcome.results } }],
      reasons: outcome.results
        .filter((each) => each.result === 'fail')
        .map((each) => ({ code: each.id, text: each.value })),
    }),
  });
}
