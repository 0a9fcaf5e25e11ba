import { isoTime } from '../kernel/index.ts';
import { type Attempt, loadAttempt, timedFor } from './attempt.ts';
import { movedOn, settleForge } from './close-pull-request.ts';
import type { TaskInput, TaskResult, WorldDeps } from './ports.ts';
import { approvalFor, givenApproval } from './read-approval.ts';
import { attemptReadings } from './read-world.ts';
import { type ExpireRollbackOutcome, expireRollback } from './rules/expire-rollback.ts';
import { type Reading, speaksAgainst } from './rules/readings.ts';
import { type Move, standing, takeStep } from './take-step.ts';

/** Records the end that the table states for a state whose deadline has passed. */
export async function expireRollbackAtDeadline(all: WorldDeps, input: TaskInput): Promise<TaskResult> {
  const attempt = await loadAttempt(all.store, input.rollbackId);
  const deps = timedFor(all, attempt);
  const { deadlineAt } = attempt.data;
  if (deadlineAt === undefined) return movedOn(deps, attempt);
  const readings = await attemptReadings(deps, attempt);
  const inputs = {
    state: attempt.state.kind,
    mode: attempt.data.mode,
    approved: givenApproval(await approvalFor(deps, attempt)) !== null,
    readingsAgainst: readings.filter(speaksAgainst).length,
    synced: readings.some((reading) => isSyncedTo(attempt, reading)),
    deadlineAt,
    now: isoTime(deps.clock()),
  };
  if (expireRollback.decide(inputs).event === 'none') return standing(deps, attempt);
  const moved = await takeStep(deps, attempt, {
    key: input.key,
    rule: expireRollback,
    inputs,
    move: (outcome) => moveOf(attempt, outcome),
  });
  await settleForge(deps, moved);
  return standing(deps, moved);
}

function isSyncedTo(attempt: Attempt, reading: Reading): boolean {
  const { candidate, merge } = attempt.data;
  const afterMerge = merge !== undefined && reading.observedAt >= merge.at;
  return afterMerge && reading.sync === 'Synced' && reading.revision === candidate?.revision;
}

function moveOf(attempt: Attempt, outcome: ExpireRollbackOutcome): Move {
  if (outcome.event === 'none') throw new Error('a deadline that has not passed ends nothing');
  const text = `the deadline of ${attempt.state.kind} has passed`;
  switch (outcome.to) {
    case 'AwaitingHumanReview':
      return {
        event: outcome.event,
        state: { kind: outcome.to, reason: outcome.reason, afterMerge: attempt.data.merge !== undefined },
        reasons: [{ code: outcome.reason, text }],
      };
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
