import { type Actor, Fault, isFault, millis } from '../kernel/index.ts';
import type { PullRequest } from '../ports/index.ts';
import { type Attempt, loadAttempt, timedFor } from './attempt.ts';
import { holdForCheckpoint } from './await-checkpoint.ts';
import { movedOn } from './close-pull-request.ts';
import { METRICS } from './contract.ts';
import { mergeMove } from './merge-move.ts';
import { overtake } from './overtake-rollback.ts';
import type { TaskInput, TaskResult, WorldDeps } from './ports.ts';
import { isPostponed, type Postponement, postponeMerge } from './postpone-merge.ts';
import { approvalFor, givenApproval, personOfAnswer } from './read-approval.ts';
import { ask, pullRequestOf } from './read-world.ts';
import { type CheckInvariantsInputs, checkInvariants } from './rules/check-invariants.ts';
import { type MergeInputs, mergeRollback } from './rules/merge-rollback.ts';
import { startMerge } from './start-merge.ts';
import { standing, takeStep } from './take-step.ts';
import { listening } from './unanswered.ts';

export type MergeInput = TaskInput & { readonly evaluation: CheckInvariantsInputs };

/**
 * Merges what the invariant check allowed: judges its inputs again, refuses when they are older than 15 s (the workflow
 * then checks anew), records that it starts, and merges with a guard on the head sha. Our own merge, found after an
 * interruption, is recorded. Where the repository has had its merges of the hour, it is held; so it is where the service
 * wants a checkpoint to cover the decision first. A forge that does not answer, or asks to wait, spends nothing: the merge is
 * postponed within its state, and looked for before it is tried again.
 */
export async function mergePullRequestOfRollback(all: WorldDeps, input: MergeInput): Promise<TaskResult> {
  const attempt = await loadAttempt(all.store, input.rollbackId);
  const deps = timedFor(all, attempt);
  if (attempt.state.kind !== 'AwaitingMerge') return movedOn(deps, attempt);
  // this very task, run a second time: it has put the pull request in the queue
  const { queuedAt, enteredAt } = attempt.data;
  if (queuedAt !== undefined && queuedAt >= enteredAt) return standing(deps, attempt);
  if (isPostponed(attempt, deps.clock())) return standing(deps, attempt);
  const actor = await assertMayMerge(deps, attempt, input.evaluation);
  const { deps: asking, heard } = listening(deps);
  const pullRequest = (await pullRequestOf(asking, attempt)) ?? undefined;
  // an earlier merge whose answer was lost may have been made: none is asked for without having looked
  const silence = heard.at(0);
  if (silence !== undefined) return standing(deps, await postponeMerge(deps, attempt, input.key, silence));
  const merged = await mergedByUs(deps, attempt, pullRequest);
  if (merged !== undefined) return recordMerge(deps, attempt, input, { result: merged, actor });
  const late = (deps.clock() - millis(input.evaluation.now)) / 1000 > deps.timings.invariantFreshness;
  if (late) return standing(deps, attempt);
  const overtaken = await overtake(deps, attempt, input.key, { pullRequest });
  if (overtaken !== undefined) return standing(deps, overtaken);
  const started = await startMerge(deps, attempt, input);
  if (started.held) return standing(deps, started.attempt);
  const uncovered = await holdForCheckpoint(deps, started.attempt, input.key);
  if (uncovered !== undefined) return standing(deps, uncovered);
  const result = await merge(deps, started.attempt);
  if (result instanceof Fault)
    return standing(deps, await postponeMerge(deps, started.attempt, input.key, whyOf(result)));
  return recordMerge(deps, started.attempt, input, { result, actor });
}

function whyOf({ name, message, retryAfterSeconds }: Fault): Postponement {
  return { fault: name, message, retryAfterSeconds };
}

async function recordMerge(
  deps: WorldDeps,
  attempt: Attempt,
  input: MergeInput,
  { result, actor }: { readonly result: MergeInputs['result']; readonly actor: Actor | undefined },
): Promise<TaskResult> {
  if (result.kind === 'merged') await deleteBranch(deps, attempt);
  const inputs: MergeInputs = { evaluation: input.evaluation, result };
  const moved = await takeStep(deps, attempt, {
    key: input.key,
    rule: mergeRollback,
    inputs,
    ...(actor !== undefined && { actor }),
    move: (outcome) => mergeMove(outcome, inputs, deps.clock()),
  });
  if (moved.state.kind === 'RollbackMerged')
    deps.meter.count(METRICS.merged, {
      service: attempt.service,
      environment: attempt.environment,
      auto: String(input.evaluation.approval === null),
    });
  return standing(deps, moved);
}

/**
 * The check must allow the merge, and the approval it stands on must be the one that a person gave for this attempt:
 * whatever the workflow hands over, nothing but staging is merged without it. Answers who approved, if somebody had to.
 */
async function assertMayMerge(
  deps: WorldDeps,
  attempt: Attempt,
  evaluation: CheckInvariantsInputs,
): Promise<Actor | undefined> {
  const approval = await approvalFor(deps, attempt);
  const given = givenApproval(approval);
  const stands =
    evaluation.approval === null ? attempt.environment === 'staging' : given?.id === evaluation.approval.id;
  if (!stands || checkInvariants.decide(evaluation).verdict !== 'merge')
    throw new Fault('Forbidden', 'the invariant check and the approvals do not allow a merge');
  const answer = approval?.data.answer;
  return evaluation.approval === null || answer === undefined ? undefined : personOfAnswer(answer);
}

/** A merge that carries our attempt's mark: made by this task before it was interrupted. */
async function mergedByUs(
  deps: WorldDeps,
  attempt: Attempt,
  pullRequest: PullRequest | undefined,
): Promise<MergeInputs['result'] | undefined> {
  if (pullRequest?.state !== 'merged' || pullRequest.mergeCommitSha === undefined) return undefined;
  const facts = attempt.data.pullRequest;
  if (facts === undefined) return undefined;
  const { mergeCommitSha: sha } = pullRequest;
  // where it cannot be read, the account that merged tells whether it was us
  const commits = await ask(deps, 'commits', () => deps.forge.commits(facts.repository, sha, 1));
  return commits?.[0]?.message.includes(mark(attempt)) ? { kind: 'merged', sha } : undefined;
}

/** A branch that stays behind harms nothing: failing to delete it stops nothing. */
async function deleteBranch(deps: WorldDeps, attempt: Attempt): Promise<void> {
  const facts = attempt.data.pullRequest;
  if (facts !== undefined)
    await deps.forge.deleteBranch(facts.repository, facts.branch).catch(() => undefined);
}

function mark(attempt: Attempt): string {
  return `Holdfast-Merge: ${attempt.id}`;
}

/** The forge's answer; the fault where it gave none, or asks to wait. */
async function merge(deps: WorldDeps, attempt: Attempt): Promise<MergeInputs['result'] | Fault> {
  const facts = attempt.data.pullRequest;
  if (facts === undefined) throw new Fault('Malformed', `rollback ${attempt.id} has no pull request`);
  const title = `Rollback: ${attempt.service} in ${attempt.environment} (#${facts.number})`;
  const message = `${mark(attempt)}\nHoldfast-Correlation: ${attempt.correlationId}`;
  try {
    return await deps.forge.merge(facts.repository, facts.number, {
      headSha: facts.headSha,
      title,
      message,
    });
  } catch (thrown) {
    deps.meter.count(METRICS.integrationErrors, {
      call: 'merge',
      code: isFault(thrown) ? thrown.name : 'Unknown',
    });
    if (isFault(thrown, 'RateLimited', 'Unavailable')) return thrown;
    if (isFault(thrown, 'PermissionDenied')) return { kind: 'denied', message: thrown.message };
    // No answer that trying again could mend: the forge's word goes to a person.
    if (isFault(thrown, 'NotFound', 'Conflict', 'InvalidInput', 'Malformed'))
      return { kind: 'refused', message: thrown.message };
    throw thrown;
  }
}
