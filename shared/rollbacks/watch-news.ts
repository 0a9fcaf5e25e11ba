import { isoTime } from '../kernel/index.ts';
import { type Attempt, approvalIdOf } from './attempt.ts';
import { checkpointNews } from './await-checkpoint.ts';
import { mergedAt, recoveryInputs } from './judge-recovery.ts';
import { hasCome, isLookDue, type Turn } from './look-pace.ts';
import type { WorldDeps } from './ports.ts';
import { isPostponed } from './postpone-merge.ts';
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
  turn: Turn,
): Promise<boolean> {
  switch (attempt.state.kind) {
    case 'DegradationDetected':
      return isConfirmed(deps, attempt, readings, turn);
    case 'PullRequestOpen':
      return restored(deps, readings) || (forgeTurn(deps, turn) && (await ciNews(deps, attempt, turn)));
    case 'AwaitingMerge':
      return (
        (await mayMerge(deps, attempt, turn)) ||
        restored(deps, readings) ||
        (forgeTurn(deps, turn) && (await pullRequestNews(deps, attempt, turn)))
      );
    case 'AwaitingHumanReview':
      if (attempt.data.merge !== undefined) return restored(deps, readingsOnTarget(attempt, readings));
      return (
        restored(deps, readings) ||
        (await hasAnswer(deps, attempt, turn)) ||
        (forgeTurn(deps, turn) && (await pullRequestNews(deps, attempt, turn)))
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

/** The search for a candidate comes back while it cannot be read: it is begun anew at the pace of looks. */
function isConfirmed(deps: WorldDeps, attempt: Attempt, readings: readonly Reading[], turn: Turn): boolean {
  const { verdict } = confirmDegradation.decide(confirmationInputs(deps, attempt, readings));
  if (verdict === 'confirmed') return isLookDue(deps, attempt, turn, { every: 1 });
  return verdict !== 'pending';
}

/** What may allow a merge, and may as well leave it waiting: looked at while the forge has not asked to be spared. */
async function mayMerge(deps: WorldDeps, attempt: Attempt, turn: Turn): Promise<boolean> {
  if (isPostponed(attempt, deps.clock())) return false;
  return (
    // In mode auto each reading is worth a check of the invariants: they hold only on fresh ones.
    (attempt.data.mode === 'auto' && isLookDue(deps, attempt, turn, { every: 1 })) ||
    hasCome(deps, turn, attempt.data.mergeHeldUntil) ||
    // a person's own wake may have come before the wait, and a yes waits for readings like mode auto
    (await hasAnswer(deps, attempt, turn)) ||
    (await hasCheckpointNews(deps, attempt, turn))
  );
}

async function hasCheckpointNews(deps: WorldDeps, attempt: Attempt, turn: Turn): Promise<boolean> {
  const news = await checkpointNews(deps, attempt);
  if (news === undefined) return false;
  return hasCome(deps, turn, news.until) || isLookDue(deps, attempt, turn, { every: 1, from: news.since });
}

/** An answer, whose effect may have to wait for hours; and, on the forge's turn, a question that could not be asked yet. */
async function hasAnswer(deps: WorldDeps, attempt: Attempt, turn: Turn): Promise<boolean> {
  if (approvalIdOf(attempt) === undefined) return false;
  const approval = await approvalFor(deps, attempt);
  if (approval === undefined) return isLookDue(deps, attempt, turn, { every: forgeTurns(deps) });
  return isAnswered(approval) && isLookDue(deps, attempt, turn, { every: forgeTurns(deps) * 2 });
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
function forgeTurn(deps: WorldDeps, { slot }: Turn): boolean {
  return slot % forgeTurns(deps) === 0;
}

/** So many readings make a turn of the forge. */
function forgeTurns({ timings }: WorldDeps): number {
  return Math.max(1, Math.round(timings.ciPoll / timings.healthCheckInterval));
}

async function ciNews(deps: WorldDeps, attempt: Attempt, turn: Turn): Promise<boolean> {
  return (
    judgeCi.decide(await ciInputs(deps, attempt)).verdict !== 'pending' ||
    (await pullRequestNews(deps, attempt, turn))
  );
}

/** It is merged or closed; or somebody pushed to what a person is asked about, looked at once a minute. */
async function pullRequestNews(deps: WorldDeps, attempt: Attempt, turn: Turn): Promise<boolean> {
  const pullRequest = await pullRequestOf(deps, attempt);
  if (pullRequest === undefined || pullRequest === null) return false;
  if (pullRequest.state !== 'open') return true;
  const moved = pullRequest.headSha !== attempt.data.pullRequest?.headSha;
  const asked = approvalIdOf(attempt) !== undefined;
  return moved && asked && isLookDue(deps, attempt, turn, { every: forgeTurns(deps) * 2 });
}
