import { type Attempt, loadAttempt, timedFor } from './attempt.ts';
import { checkpointOutcome } from './await-checkpoint.ts';
import { settleForge } from './close-pull-request.ts';
import type { Mode } from './contract.ts';
import { keepEvaluation, lastEvaluation } from './keep-evaluation.ts';
import { overtake } from './overtake-rollback.ts';
import { pageIfDue } from './page-person.ts';
import type { TaskInput, TaskResult, WorldDeps } from './ports.ts';
import { isPostponed } from './postpone-merge.ts';
import { queueOutcome } from './queued-merge.ts';
import { readInvariants } from './read-invariants.ts';
import { pullRequestOf } from './read-world.ts';
import { rejected } from './rejected-approval.ts';
import {
  type CheckInvariantsInputs,
  type CheckInvariantsOutcome,
  checkInvariants,
  headMoved,
} from './rules/check-invariants.ts';
import { followAutonomy } from './rules/record-step.ts';
import { mayMergeMore, recordHeld } from './start-merge.ts';
import { standing, takeStep } from './take-step.ts';
import { listening, oneLine, unansweredReasons } from './unanswered.ts';

/** The inputs of the check that allowed a merge travel to the merge task, which decides on the same bytes. */
export type InvariantCheck = TaskResult & {
  readonly verdict: CheckInvariantsOutcome['verdict'] | 'moved';
  readonly evaluation: CheckInvariantsInputs | null;
  /** What could not be read, in the systems' own words: the workflow hands it to what expires the attempt. */
  readonly unread: string | null;
};
type Judged = Omit<InvariantCheck, 'unread'>;

/**
 * Re-reads the eight invariants from the systems themselves. `merge` in mode auto with all eight passed on fresh
 * readings, or with an approval that overrides what does not; `ask` where a person must approve first; a failed one, and a
 * head that somebody moved, goes to a person; everything unread, and a repository with no merge left in this hour, waits; the latter is said.
 * What was seen is kept, decided or not: it is what `explain` shows.
 */
export async function checkInvariantsOfRollback(all: WorldDeps, input: TaskInput): Promise<InvariantCheck> {
  const attempt = await loadAttempt(all.store, input.rollbackId);
  const { deps, heard } = listening(timedFor(all, attempt));
  const judged = await look(deps, attempt, input);
  return { ...judged, unread: oneLine(unansweredReasons(heard)) ?? null };
}

async function look(deps: WorldDeps, attempt: Attempt, input: TaskInput): Promise<Judged> {
  const moved = (to: Attempt): Judged => ({
    ...standing(deps, to),
    verdict: 'moved',
    evaluation: null,
  });
  if (attempt.state.kind !== 'AwaitingMerge') {
    await settleForge(deps, attempt);
    return moved(attempt);
  }
  const pullRequest = await pullRequestOf(deps, attempt);
  const ended =
    (await overtake(deps, attempt, input.key, { pullRequest: pullRequest ?? undefined })) ??
    (await rejected(deps, attempt, input.key));
  if (ended !== undefined) return moved(ended);
  const queued = await queueOutcome(deps, attempt, input.key);
  if (queued === 'waits') return { ...standing(deps, attempt), verdict: 'wait', evaluation: null };
  if (queued !== 'none') return moved(queued);
  const [before, inputs] = await Promise.all([
    lastEvaluation(deps, attempt),
    readInvariants(deps, attempt, pullRequest ?? undefined),
  ]);
  const outcome = checkInvariants.decide(inputs);
  await keepEvaluation(deps, attempt, { before, inputs, outcome });
  return judge(deps, attempt, input.key, { inputs, verdict: outcome.verdict });
}

async function judge(
  deps: WorldDeps,
  attempt: Attempt,
  key: string,
  { inputs, verdict }: { inputs: CheckInvariantsInputs; verdict: CheckInvariantsOutcome['verdict'] },
): Promise<Judged> {
  if (verdict === 'review') {
    const handed = await handToReview(deps, attempt, key, inputs);
    return { ...standing(deps, handed), verdict: 'moved', evaluation: null };
  }
  const wait = { ...standing(deps, attempt), verdict: 'wait' as const, evaluation: null };
  if (verdict === 'merge') return allowMerge(deps, attempt, key, inputs);
  if (verdict !== 'ask') return wait;
  const asking =
    attempt.data.mode === 'auto'
      ? await askFromNowOn(deps, attempt, key, inputs.mode)
      : await pageIfDue(deps, attempt, key);
  return { ...standing(deps, asking), verdict, evaluation: null };
}

/**
 * All eight allow it: what may still be in the way is a forge that just did not answer, the quota of the hour, and a
 * checkpoint that has not come yet.
 */
async function allowMerge(
  deps: WorldDeps,
  attempt: Attempt,
  key: string,
  inputs: CheckInvariantsInputs,
): Promise<Judged> {
  const wait = { ...standing(deps, attempt), verdict: 'wait' as const, evaluation: null };
  if (isPostponed(attempt, deps.clock())) return wait;
  if (!(await mayMergeMore(deps, attempt)))
    return { ...wait, ...standing(deps, await recordHeld(deps, attempt, key)) };
  const checkpoint = await checkpointOutcome(deps, attempt, key);
  if (checkpoint === 'waits') return wait;
  if (checkpoint === 'free') return { ...wait, verdict: 'merge', evaluation: inputs };
  return { ...standing(deps, checkpoint), verdict: 'moved', evaluation: null };
}

/** Autonomy was lowered while a merge by itself was awaited: it awaits a person from now on, with a person's deadline. */
function askFromNowOn(deps: WorldDeps, attempt: Attempt, key: string, mode: Mode): Promise<Attempt> {
  return takeStep(deps, attempt, {
    key: `${key}/lowered`,
    rule: followAutonomy,
    inputs: { from: attempt.data.mode, to: mode },
    move: (outcome) => ({
      event: 'AutonomyLowered',
      state: { kind: 'AwaitingMerge' },
      reasons: [{ code: 'AUTONOMY_LOWERED', text: `autonomy is ${outcome.mode} now: a person must approve` }],
      data: { mode: outcome.mode },
    }),
  });
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
      ...(headMoved(inputs) && { data: { headMoved: true } }),
    }),
  });
}
