import type { PullRequest } from '../ports/index.ts';
import { type Attempt, approvalIdOf } from './attempt.ts';
import type { Move } from './take-step.ts';

/** Merged by the account that opened it, or by the queue that we put it in. */
export function isOurMerge(attempt: Attempt, { state, authorLogin, mergedByLogin }: PullRequest): boolean {
  if (state !== 'merged') return false;
  return (
    attempt.data.queuedAt !== undefined || (mergedByLogin !== undefined && mergedByLogin === authorLogin)
  );
}

/** What is recorded of a merge of ours that is found later: its answer was lost, it came late, or an end came first. */
export function foundMerge(
  attempt: Attempt,
  pullRequest: PullRequest | undefined,
  at: string,
): Pick<Move, 'event' | 'reasons' | 'data' | 'times'> {
  const sha = pullRequest?.mergeCommitSha ?? '';
  const approval = approvalIdOf(attempt) ?? attempt.data.lastApproval;
  const by = attempt.data.queuedAt === undefined ? 'by us, found later' : 'by the merge queue';
  return {
    event: 'MergeCompleted',
    reasons: [{ code: 'MERGED', text: `the pull request was merged ${by}` }],
    data: { merge: { sha, at, byPerson: false, ...(approval !== undefined && { approval }) } },
    times: { merged: at },
  };
}
