import { isoTime } from '../kernel/index.ts';
import { type Attempt, loadAttempt, timedFor } from './attempt.ts';
import { movedOn } from './close-pull-request.ts';
import { PERSISTENCE_CHECKS } from './contract.ts';
import { overtake } from './overtake-rollback.ts';
import type { TaskInput, TaskResult, WorldDeps } from './ports.ts';
import { readingsSince } from './read-world.ts';
import {
  type JudgeRecoveryInputs,
  type JudgeRecoveryOutcome,
  judgeRecovery,
} from './rules/judge-recovery.ts';
import type { Reading } from './rules/readings.ts';
import { type Move, standing, takeStep } from './take-step.ts';

/** Watches a merged rollback to its end: recovered, or a person's. */
export async function judgeRecoveryOfRollback(all: WorldDeps, input: TaskInput): Promise<TaskResult> {
  const attempt = await loadAttempt(all.store, input.rollbackId);
  const deps = timedFor(all, attempt);
  if (attempt.state.kind !== 'RollbackMerged') return movedOn(deps, attempt);
  const overtaken = await overtake(deps, attempt, input.key);
  if (overtaken !== undefined) return standing(deps, overtaken);
  const inputs = recoveryInputs(deps, attempt, await readingsSince(deps, attempt, mergedAt(attempt)));
  if (judgeRecovery.decide(inputs).verdict === 'waiting') return standing(deps, attempt);
  const moved = await takeStep(deps, attempt, {
    key: input.key,
    rule: judgeRecovery,
    inputs,
    move: (outcome) => moveOf(attempt, outcome),
  });
  return standing(deps, moved);
}

export function mergedAt(attempt: Attempt): string {
  return attempt.data.merge?.at ?? attempt.updatedAt;
}

/** Inputs of judge-recovery: only readings after the merge, thinned so that a long wait stays a small decision. */
export function recoveryInputs(
  deps: Pick<WorldDeps, 'clock' | 'timings'>,
  attempt: Attempt,
  readings: readonly Reading[],
): JudgeRecoveryInputs {
  const { timings } = deps;
  return {
    target: attempt.data.candidate?.revision ?? '',
    mergedAt: mergedAt(attempt),
    readings: compact(readings),
    now: isoTime(deps.clock()),
    limits: {
      checks: PERSISTENCE_CHECKS,
      gapSeconds: timings.readingGap,
      healthySeconds: timings.healthRestored,
      syncSeconds: timings.syncDeadline,
      recoverySeconds: timings.recoveryDeadline,
    },
  };
}

const KEPT_READINGS = 40;

/** The first reading on each revision and the newest forty say everything that the rule asks. */
function compact(readings: readonly Reading[]): readonly Reading[] {
  const newest = readings.slice(-KEPT_READINGS);
  const older = readings.slice(0, -KEPT_READINGS);
  const firsts = older.filter((reading, index) => {
    const before = older[index - 1];
    return (
      before === undefined ||
      before.revision !== reading.revision ||
      before.sync !== reading.sync ||
      before.health !== reading.health
    );
  });
  return [...firsts.slice(0, KEPT_READINGS), ...newest];
}

function moveOf(attempt: Attempt, outcome: JudgeRecoveryOutcome): Move {
  const synced = outcome.syncedAt === null ? {} : { times: { synced: outcome.syncedAt } };
  const target = attempt.data.candidate?.revision.slice(0, 7) ?? '';
  const review = (
    event: 'NotSynced' | 'StillDegraded' | 'DegradedAgain',
    reason: 'NOT_SYNCED' | 'ROLLBACK_INEFFECTIVE',
    text: string,
  ): Move => ({
    event,
    state: { kind: 'AwaitingHumanReview', reason, afterMerge: true },
    reasons: [{ code: reason, text }],
    ...synced,
  });
  switch (outcome.verdict) {
    case 'recovered':
      return {
        event: 'HealthRestored',
        state: { kind: 'RollbackComplete' },
        reasons: [
          {
            code: 'RECOVERED',
            text: `${attempt.service} runs ${target} and has been Healthy for ${outcome.healthySeconds} s`,
          },
        ],
        ...synced,
      };
    case 'not-synced':
    case 'waiting':
      return review('NotSynced', 'NOT_SYNCED', `the delivery system did not reach ${target} in time`);
    case 'still-degraded':
      return review(
        'StillDegraded',
        'ROLLBACK_INEFFECTIVE',
        `on ${target} it never was Healthy for long enough`,
      );
    case 'degraded-again':
      return review(
        'DegradedAgain',
        'ROLLBACK_INEFFECTIVE',
        `on ${target} it was Healthy, and then degraded again`,
      );
  }
}
