import { isoTime, type Reason } from '../kernel/index.ts';
import { type Attempt, loadAttempt, timedFor } from './attempt.ts';
import { movedOn } from './close-pull-request.ts';
import { overtake } from './overtake-rollback.ts';
import type { TaskInput, TaskResult, WorldDeps } from './ports.ts';
import { ask, pullRequestOf } from './read-world.ts';
import { type JudgeCiInputs, type JudgeCiOutcome, judgeCi } from './rules/judge-ci.ts';
import { type Move, standing, takeStep } from './take-step.ts';
import { listening, oneLine, unansweredReasons } from './unanswered.ts';

const CHECKS_KEPT = 20;

/** Reads the checks of the pull request's head and records their verdict; pending or unreadable holds until the deadline. */
export async function recordCi(all: WorldDeps, input: TaskInput): Promise<TaskResult> {
  const attempt = await loadAttempt(all.store, input.rollbackId);
  const deps = timedFor(all, attempt);
  if (attempt.state.kind !== 'PullRequestOpen') return movedOn(deps, attempt);
  const { deps: asking, heard } = listening(deps);
  const [pullRequest, inputs] = await Promise.all([pullRequestOf(deps, attempt), ciInputs(asking, attempt)]);
  const overtaken = await overtake(deps, attempt, input.key, { pullRequest: pullRequest ?? undefined });
  if (overtaken !== undefined) return standing(deps, overtaken);
  if (judgeCi.decide(inputs).verdict === 'pending') return standing(deps, attempt);
  const moved = await takeStep(deps, attempt, {
    key: input.key,
    rule: judgeCi,
    inputs,
    move: (outcome) => moveOf(outcome, inputs, unansweredReasons(heard)),
  });
  return standing(deps, moved);
}

/** The checks of an attempt's pull request as they stand now. */
export async function ciInputs(deps: WorldDeps, attempt: Attempt): Promise<JudgeCiInputs> {
  const { pullRequest } = attempt.data;
  const reading =
    pullRequest === undefined
      ? undefined
      : await ask(deps, 'ci', () => deps.forge.ci(pullRequest.repository, pullRequest.headSha));
  return {
    headSha: pullRequest?.headSha ?? '',
    state: reading?.state ?? 'unread',
    checks: (reading?.checks ?? [])
      .slice(0, CHECKS_KEPT)
      .map(({ name, conclusion }) => ({ name, conclusion })),
    now: isoTime(deps.clock()),
    deadlineAt: attempt.data.deadlineAt ?? attempt.createdAt,
  };
}

function moveOf(outcome: JudgeCiOutcome, inputs: JudgeCiInputs, unread: readonly Reason[]): Move {
  switch (outcome.verdict) {
    case 'succeeded':
      return {
        event: 'CiSucceeded',
        state: { kind: 'AwaitingMerge' },
        reasons: [
          {
            code: 'CI_GREEN',
            text: `${inputs.checks.length} checks of ${inputs.headSha.slice(0, 7)} are green`,
          },
        ],
        times: { ci: inputs.now },
      };
    case 'failed':
      return {
        event: 'CiFailed',
        state: { kind: 'AwaitingHumanReview', reason: 'CI_FAILED', afterMerge: false },
        reasons: [{ code: 'CI_RED', text: `failed: ${outcome.failed.join(', ')}` }],
      };
    case 'timed-out':
    case 'pending': {
      const said = oneLine(unread);
      return {
        event: 'CiTimedOut',
        state: { kind: 'AwaitingHumanReview', reason: 'CI_TIMEOUT', afterMerge: false },
        reasons: [
          { code: 'CI_TIMEOUT', text: `the checks were still ${inputs.state} at the deadline` },
          ...unread,
        ],
        ...(said !== undefined && { data: { said } }),
      };
    }
  }
}
