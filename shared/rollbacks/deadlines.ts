import { millis } from '../kernel/index.ts';
import { type Attempt, type AttemptData, isOpen } from './attempt.ts';
import { type RollbackState, type Timings, timingsAt } from './contract.ts';

/** When an attempt is too old to go on, whatever it waits for: milliseconds since 1970. Its service may say after how long. */
export function staleAt({ createdAt, data }: Attempt, factor: number): number {
  return millis(createdAt) + timingsAt(factor, data.overrides).staleAfter * 1000;
}

/** When an attempt's stay ends at the latest, by its deadline or by age: milliseconds since 1970, undefined in an end. */
export function endsAt(attempt: Attempt, factor: number): number | undefined {
  const { deadlineAt } = attempt.data;
  return deadlineAt === undefined ? undefined : Math.min(millis(deadlineAt), staleAt(attempt, factor));
}

/** Seconds (unscaled, at least 1) until the attempt's stay ends, or until a person is paged: what a workflow waits for at most. */
export function waitSeconds(attempt: Attempt, now: number, factor: number): number {
  const { pageAt } = attempt.data;
  const end = endsAt(attempt, factor);
  if (end === undefined) return 1;
  // a page that is overdue because the question was answered before it ends no wait: nobody is paged any more
  const page = pageAt !== undefined && millis(pageAt) > now ? millis(pageAt) : Number.POSITIVE_INFINITY;
  return Math.max(1, Math.ceil(((Math.min(end, page) - now) / 1000) * factor));
}

export function isExpired(attempt: Attempt, now: number, factor: number): boolean {
  const end = endsAt(attempt, factor);
  return isOpen(attempt) && end !== undefined && now >= end;
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
