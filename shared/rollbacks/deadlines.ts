import { millis } from '../kernel/index.ts';
import { type Attempt, type AttemptData, isOpen } from './attempt.ts';
import type { RollbackState, Timings } from './contract.ts';

/** Seconds (unscaled, at least 1) until the attempt's deadline, or until a person is paged: what a workflow waits for at most. */
export function waitSeconds(attempt: Attempt, now: number, factor: number): number {
  const { deadlineAt, pageAt } = attempt.data;
  if (deadlineAt === undefined) return 1;
  // a page that is overdue because the question was answered before it ends no wait: nobody is paged any more
  const page = pageAt !== undefined && millis(pageAt) > now ? millis(pageAt) : Number.POSITIVE_INFINITY;
  const next = Math.min(millis(deadlineAt), page);
  return Math.max(1, Math.ceil(((next - now) / 1000) * factor));
}

export function isExpired(attempt: Attempt, now: number): boolean {
  return isOpen(attempt) && attempt.data.deadlineAt !== undefined && now >= millis(attempt.data.deadlineAt);
}

/** Seconds an attempt may stay in a state; undefined for an end. Mode matters only while a merge is awaited. */
export function stateDeadline(
  state: RollbackState,
  mode: AttemptData['mode'],
  timings: Timings,
): number | undefined {
  switch (state.kind) {
    case 'DegradationDetected':
      return timings.confirmationWait;
    case 'CandidateResolved':
      return timings.candidateSearch;
    case 'PullRequestOpen':
      return timings.ciWait;
    case 'AwaitingMerge':
      return mode === 'auto' ? timings.mergeWait : timings.humanMergeWait;
    case 'AwaitingHumanReview':
      return timings.reviewWait;
    case 'RollbackMerged':
      return timings.syncDeadline + timings.recoveryDeadline;
    case 'RollbackComplete':
    case 'Observed':
    case 'SelfHealed':
    case 'Aborted':
      return undefined;
  }
}
