import type { Store } from '../kernel/index.ts';
import { type Attempt, attemptOf } from './attempt.ts';
import type { RollbackDeps } from './ports.ts';
import { wakeAttempt } from './review-rollback.ts';

/** What a forge's webhook says: something about a commit or a pull request of a repository has changed. */
export type ForgeEvent = {
  readonly repository: string;
  readonly headSha?: string | undefined;
  readonly pullRequest?: number | undefined;
};

const WAITING_ON_FORGE = ['PullRequestOpen', 'AwaitingMerge', 'AwaitingHumanReview'] as const;

/**
 * Wakes the attempts that wait for this commit or pull request; the woken task reads the fact itself, so a forged or
 * repeated event can start nothing. Answers how many were woken.
 */
export async function noticeForgeEvent(
  deps: Pick<RollbackDeps, 'store' | 'work' | 'workflow'>,
  event: ForgeEvent,
): Promise<number> {
  const waiting = (await openAttempts(deps.store, WAITING_ON_FORGE)).filter((attempt) =>
    concerns(attempt, event),
  );
  for (const attempt of waiting) await wakeAttempt(deps, attempt);
  return waiting.length;
}

function concerns(attempt: Attempt, event: ForgeEvent): boolean {
  const { pullRequest } = attempt.data;
  if (pullRequest === undefined || pullRequest.repository !== event.repository) return false;
  return pullRequest.headSha === event.headSha || pullRequest.number === event.pullRequest;
}

/** All attempts in the given states (at most ten are open at once, so one page is enough). */
async function openAttempts(store: Store, states: readonly string[]): Promise<readonly Attempt[]> {
  const pages = await Promise.all(
    states.map((state) => store.heads({ kind: 'rollback', state, limit: 100 })),
  );
  return pages.flatMap((page) => page.items.map(attemptOf));
}
