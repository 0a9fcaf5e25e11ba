import { isoTime } from '../kernel/index.ts';
import { type Attempt, approvalIdOf } from './attempt.ts';
import { hasCheckpointNews } from './await-checkpoint.ts';
import { mergedAt, recoveryInputs } from './judge-recovery.ts';
import type { WorldDeps } from './ports.ts';
import { approvalFor, isAnswered } from './read-approval.ts';
import { pullRequestOf } from './read-world.ts';
import { ciInputs } from './record-ci.ts';
import { confirmationInputs } from './resolve-candidate.ts';
import { confirmDegradation } from './rules/confirm-degradation.ts';
import { judgeCi } from './rules/judge-ci.ts';
import { judgeRecovery } from './rules/judge-recovery.ts';
import { seenOn } from './rules/overtake-rollback.ts';
import { healthySeconds, type Reading } from './rules/readings.ts';

/**
 * Whether the newest reading, or the forge on its slower turn, brings something that a waiting attempt should look at.
 * It decides nothing: the woken task reads and judges for itself.
 */
export async function hasNews(
  deps: WorldDeps,
  attempt: Attempt,
  readings: readonly Reading[],
  slotNumber: number,
): Promise<boolean> {
  switch (attempt.state.kind) {
    case 'DegradationDetected':
      return confirmDegradation.decide(confirmationInputs(deps, attempt, readings)).verdict !== 'pending';
    case 'PullRequestOpen':
      return (
        restored(deps, readings) || (forgeTurn(deps, slotNumber) && (await ciNews(deps, attempt, slotNumber)))
      );
    case 'AwaitingMerge':
      // In mode auto each reading is worth a check of the invariants: they hold only on fresh ones.
      return (
        attempt.data.mode === 'auto' ||
        // a person's own wake may have come before the wait, and a yes waits for readings like mode auto
        (await hasAnswer(deps, attempt, slotNumber)) ||
        (await hasCheckpointNews(deps, attempt)) ||
        restored(deps, readings) ||
        (forgeTurn(deps, slotNumber) && (await pullRequestNews(deps, attempt, slotNumber)))
      );
    case 'AwaitingHumanReview':
      if (attempt.data.merge !== undefined) return restored(deps, readingsOnTarget(attempt, readings));
      return (
        restored(deps, readings) ||
        (await hasAnswer(deps, attempt, slotNumber)) ||
        (forgeTurn(deps, slotNumber) && (await pullRequestNews(deps, attempt, slotNumber)))
      );
    case 'RollbackMerged': {
      const after = readings.filter((reading) => reading.observedAt >= mergedAt(attempt));
      return judgeRecovery.decide(recoveryInputs(deps, attempt, after)).verdict !== 'waiting';
    }
    case 'CandidateResolved':
    case 'RollbackComplete':
    case 'SelfHealed':
    case 'Observed':
    case 'Aborted':
      return false;
  }
}

/** An answer; and, on the forge's turn, a question that could not be asked yet. */
async function hasAnswer(deps: WorldDeps, attempt: Attempt, slotNumber: number): Promise<boolean> {
  if (approvalIdOf(attempt) === undefined) return false;
  const approval = await approvalFor(deps, attempt);
  if (approval === undefined) return forgeTurn(deps, slotNumber);
  // What it allows may have to wait for hours: a look a minute keeps the workflow under its 5,000 events.
  return forgeTurn(deps, slotNumber, 2) && isAnswered(approval);
}

function readingsOnTarget(attempt: Attempt, readings: readonly Reading[]): readonly Reading[] {
  const target = attempt.data.candidate?.revision ?? '';
  return readings.map((reading) => seenOn(target, reading));
}

function restored(deps: WorldDeps, readings: readonly Reading[]): boolean {
  return (
    healthySeconds(readings, isoTime(deps.clock()), deps.timings.readingGap) >= deps.timings.healthRestored
  );
}

/** Events come first; the forge is asked only every 30 s, as the net. */
function forgeTurn(deps: WorldDeps, slotNumber: number, every = 1): boolean {
  const turns = every * Math.max(1, Math.round(deps.timings.ciPoll / deps.timings.healthCheckInterval));
  return slotNumber % turns === 0;
}

async function ciNews(deps: WorldDeps, attempt: Attempt, slotNumber: number): Promise<boolean> {
  return (
    judgeCi.decide(await ciInputs(deps, attempt)).verdict !== 'pending' ||
    (await pullRequestNews(deps, attempt, slotNumber))
  );
}

/** It is merged or closed; or somebody pushed to what a person is asked about, looked at once a minute. */
async function pullRequestNews(deps: WorldDeps, attempt: Attempt, slotNumber: number): Promise<boolean> {
  const pullRequest = await pullRequestOf(deps, attempt);
  if (pullRequest === undefined || pullRequest === null) return false;
  if (pullRequest.state !== 'open') return true;
  const moved = pullRequest.headSha !== attempt.data.pullRequest?.headSha;
  return moved && approvalIdOf(attempt) !== undefined && forgeTurn(deps, slotNumber, 2);
}
