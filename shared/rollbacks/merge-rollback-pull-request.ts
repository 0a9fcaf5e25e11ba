import { type Actor, Fault, isFault, isoTime, millis, type Reason } from '../kernel/index.ts';
import type { PullRequest } from '../ports/index.ts';
import { type Attempt, loadAttempt, timedFor } from './attempt.ts';
import { holdForCheckpoint } from './await-checkpoint.ts';
import { movedOn } from './close-pull-request.ts';
import { METRICS } from './contract.ts';
import { overtake } from './overtake-rollback.ts';
import type { TaskInput, TaskResult, WorldDeps } from './ports.ts';
import { approvalFor, givenApproval, personOfAnswer } from './read-approval.ts';
import { pullRequestOf } from './read-world.ts';
import {
  type CheckInvariantsInputs,
  checkInvariants,
  type InvariantResult,
} from './rules/check-invariants.ts';
import { type MergeInputs, type MergeOutcome, mergeRollback } from './rules/merge-rollback.ts';
import { startMerge } from './start-merge.ts';
import { type Move, standing, takeStep } from './take-step.ts';

export type MergeInput = TaskInput & { readonly evaluation: CheckInvariantsInputs };

/**
 * Merges what the invariant check allowed: judges its inputs again, refuses when they are older than 15 s (the workflow
 * then checks anew), records that it starts, and merges with a guard on the head sha. Our own merge, found after an
 * interruption, is recorded. Where the repository has had its merges of the hour, it is held; so it is where the service
 * wants a checkpoint to cover the decision first.
 */
export async function mergePullRequestOfRollback(all: WorldDeps, input: MergeInput): Promise<TaskResult> {
  const attempt = await loadAttempt(all.store, input.rollbackId);
  const deps = timedFor(all, attempt);
  if (attempt.state.kind !== 'AwaitingMerge') return movedOn(deps, attempt);
  // this very task, run a second time: it has put the pull request in the queue
  const { queuedAt, enteredAt } = attempt.data;
  if (queuedAt !== undefined && queuedAt >= enteredAt) return standing(deps, attempt);
  const actor = await assertMayMerge(deps, attempt, input.evaluation);
  const pullRequest = (await pullRequestOf(deps, attempt)) ?? undefined;
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
  return recordMerge(deps, started.attempt, input, { result: await merge(deps, started.attempt), actor });
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
    move: (outcome) => moveOf(outcome, inputs, deps.clock()),
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
  const [commit] = await deps.forge.commits(facts.repository, pullRequest.mergeCommitSha, 1);
  return commit?.message.includes(mark(attempt))
    ? { kind: 'merged', sha: pullRequest.mergeCommitSha }
    : undefined;
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

async function merge(deps: WorldDeps, attempt: Attempt): Promise<MergeInputs['result']> {
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
    if (isFault(thrown, 'PermissionDenied')) return { kind: 'denied' };
    // No answer that trying again could mend: the forge's word goes to a person.
    if (isFault(thrown, 'NotFound', 'Conflict', 'InvalidInput', 'Malformed'))
      return { kind: 'refused', message: thrown.message };
    throw thrown;
  }
}

function approvedBy(approval: CheckInvariantsInputs['approval']): readonly Reason[] {
  return approval === null
    ? []
    : [{ code: 'APPROVED', text: `${approval.person} approved it (${approval.id})` }];
}

function invariantReason({ id, result, value }: InvariantResult): Reason {
  return { code: id, text: result === 'overridden' ? `${value}: the approval lets it pass` : value };
}

function moveOf(outcome: MergeOutcome, inputs: MergeInputs, now: number): Move {
  const at = isoTime(now);
  const also = [{ type: 'InvariantsEvaluated' as const, data: { results: outcome.invariants } }];
  const { approval } = inputs.evaluation;
  if (outcome.verdict === 'merged' && inputs.result.kind === 'merged') {
    const { sha } = inputs.result;
    return {
      event: outcome.approved ? 'HumanApproved' : 'InvariantsPassed',
      state: { kind: 'RollbackMerged' },
      also: [...also, { type: 'MergeCompleted', data: { sha, auto: !outcome.approved } }],
      reasons: [...approvedBy(approval), ...outcome.invariants.map(invariantReason)],
      data: { merge: { sha, at, byPerson: false, ...(approval !== null && { approval: approval.id }) } },
      times: { merged: at },
    };
  }
  if (outcome.verdict === 'queued') {
    return {
      event: 'MergeQueued',
      state: { kind: 'AwaitingMerge' },
      also,
      reasons: [{ code: 'QUEUED', text: 'all invariants hold; it waits in the merge queue of its branch' }],
      data: { queuedAt: at },
    };
  }
  if (outcome.verdict === 'security') {
    return {
      event: 'SecurityViolation',
      state: { kind: 'Aborted', reason: 'SECURITY' },
      also,
      reasons: [{ code: 'PERMISSION_DENIED', text: 'the forge refused our credentials at the merge' }],
    };
  }
  const why =
    inputs.result.kind === 'refused' ? inputs.result.message : 'the head moved under the pull request';
  return {
    event: 'InvariantsFailed',
    state: { kind: 'AwaitingHumanReview', reason: 'MERGE_REFUSED', afterMerge: false },
    also,
    reasons: [{ code: 'I8', text: why }],
    ...(inputs.result.kind === 'head-moved' && { data: { headMoved: true } }),
  };
}
