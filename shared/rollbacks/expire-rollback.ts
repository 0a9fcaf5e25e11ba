import { failureText, isoTime, type Reason } from '../kernel/index.ts';
import { type Attempt, loadAttempt, timedFor } from './attempt.ts';
import { movedOn, settleForge } from './close-pull-request.ts';
import { staleAt } from './deadlines.ts';
import type { TaskInput, TaskResult, WorldDeps } from './ports.ts';
import { postponedReasons } from './postpone-merge.ts';
import { approvalFor, givenApproval } from './read-approval.ts';
import { attemptReadings } from './read-world.ts';
import { type ExpireRollbackOutcome, expireRollback } from './rules/expire-rollback.ts';
import { type Reading, speaksAgainst } from './rules/readings.ts';
import { type Move, standing, takeStep } from './take-step.ts';
import { oneLine } from './unanswered.ts';

export type ExpireInput = TaskInput & {
  /** What the last look at the invariants could not read, in the systems' own words. */
  readonly unread?: string | null | undefined;
};

/**
 * Records the end that the table states for a state whose deadline has passed, or for an attempt that is too old; of a
 * merge that was not made, also what the outside systems said instead.
 */
export async function expireRollbackAtDeadline(all: WorldDeps, input: ExpireInput): Promise<TaskResult> {
  const attempt = await loadAttempt(all.store, input.rollbackId);
  const deps = timedFor(all, attempt);
  const { deadlineAt } = attempt.data;
  if (deadlineAt === undefined) return movedOn(deps, attempt);
  const readings = await attemptReadings(deps, attempt);
  const [now, stale] = [deps.clock(), staleAt(attempt, deps.factor)];
  const inputs = {
    state: attempt.state.kind,
    mode: attempt.data.mode,
    approved: givenApproval(await approvalFor(deps, attempt)) !== null,
    readingsAgainst: readings.filter(speaksAgainst).length,
    synced: readings.some((reading) => isSyncedTo(attempt, reading)),
    deadlineAt,
    ...(now >= stale && { staleAt: isoTime(stale) }),
    now: isoTime(now),
  };
  if (expireRollback.decide(inputs).event === 'none') return standing(deps, attempt);
  const moved = await takeStep(deps, attempt, {
    key: input.key,
    rule: expireRollback,
    inputs,
    move: (outcome) => moveOf(attempt, outcome, whyNotMerged(attempt, input.unread)),
  });
  await settleForge(deps, moved);
  return standing(deps, moved);
}

function isSyncedTo(attempt: Attempt, reading: Reading): boolean {
  const { candidate, merge } = attempt.data;
  const afterMerge = merge !== undefined && reading.observedAt >= merge.at;
  return afterMerge && reading.sync === 'Synced' && reading.revision === candidate?.revision;
}

/** Of an earlier stay nothing is told: the last look is of the present one, since each begins with one. */
function whyNotMerged(attempt: Attempt, unread: string | null | undefined): readonly Reason[] {
  if (attempt.state.kind !== 'AwaitingMerge') return [];
  const text = failureText(unread);
  return [...postponedReasons(attempt), ...(text === null ? [] : [{ code: 'NO_ANSWER', text }])];
}

function moveOf(attempt: Attempt, outcome: ExpireRollbackOutcome, why: readonly Reason[]): Move {
  if (outcome.event === 'none') throw new Error('a deadline that has not passed ends nothing');
  const text =
    outcome.event === 'Stale'
      ? 'the attempt is too old to go on'
      : `the deadline of ${attempt.state.kind} has passed`;
  switch (outcome.to) {
    case 'AwaitingHumanReview': {
      const said = oneLine(why);
      return {
        event: outcome.event,
        state: { kind: outcome.to, reason: outcome.reason, afterMerge: attempt.data.merge !== undefined },
        reasons: [{ code: outcome.reason, text }, ...why],
        ...(said !== undefined && { data: { said } }),
      };
    }
    case 'Aborted':
      return {
        event: outcome.event,
        state: { kind: outcome.to, reason: outcome.reason },
        reasons: [{ code: outcome.reason, text }],
      };
    case 'SelfHealed':
      return {
        event: outcome.event,
        state: { kind: outcome.to, reason: 'TRANSIENT', flapping: true },
        reasons: [{ code: 'FLAPPING', text }],
      };
  }
}
