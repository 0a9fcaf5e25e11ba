import { isFault, isoTime, millis } from '../kernel/index.ts';
import { type Attempt, attemptOf } from './attempt.ts';
import type { WorldDeps } from './ports.ts';
import { ask, pullRequestOf } from './read-world.ts';
import { closeStalePullRequest } from './rules/record-step.ts';
import { takeStep } from './take-step.ts';

/** Attempts that ended longer ago were looked at on the days before. */
const LOOKED_AT_DAYS = 3;
const DAY_MS = 86_400_000;
const PAGE = 100;

/**
 * Closes the pull requests that ended attempts left open to people and that nobody took up for a week. Each close is a
 * decision of its attempt. Run once a day. Answers how many were closed.
 */
export async function closeStalePullRequests(deps: WorldDeps): Promise<{ readonly closed: number }> {
  const now = deps.clock();
  const week = deps.timings.stalePullRequest * 1000;
  // by the time of birth: an attempt ends within a day
  const oldest = isoTime(now - week - ((LOOKED_AT_DAYS + 1) * DAY_MS) / deps.factor);
  let closed = 0;
  let cursor: string | undefined;
  do {
    const page = await deps.store.heads({
      ...{ kind: 'rollback', state: 'Aborted', since: oldest, limit: PAGE },
      ...(cursor !== undefined && { cursor }),
    });
    for (const attempt of page.items.map(attemptOf)) {
      if (now - millis(attempt.data.times.ended ?? attempt.updatedAt) < week) continue;
      if (await closeIfOpen(deps, attempt, now)) closed += 1;
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return { closed };
}

async function closeIfOpen(deps: WorldDeps, attempt: Attempt, now: number): Promise<boolean> {
  const { pullRequest, times } = attempt.data;
  const present = await pullRequestOf(deps, attempt).catch(() => undefined);
  if (pullRequest === undefined || present?.state !== 'open') return false;
  const { repository, number, branch } = pullRequest;
  const text = 'Nobody has taken this rollback up for a week. Closing; nothing was changed.';
  const closes = await ask(deps, 'close-pull-request', async () => {
    await deps.forge.comment(repository, number, `${attempt.id}/stale`, text);
    await deps.forge.updatePullRequest(repository, number, { state: 'closed' });
    await deps.forge.deleteBranch(repository, branch);
    return true;
  }).catch(() => undefined);
  if (closes === undefined) return false;
  const inputs = {
    endedAt: times.ended ?? attempt.updatedAt,
    now: isoTime(now),
    staleSeconds: deps.timings.stalePullRequest,
    pullRequest: present.state,
  };
  try {
    await takeStep(deps, attempt, {
      ...{ key: `stale/${attempt.id}`, rule: closeStalePullRequest, inputs },
      actor: { type: 'system', id: 'close-stale-pull-requests', via: 'schedule' },
      move: () => ({
        event: 'StalePullRequestClosed',
        state: attempt.state,
        reasons: [
          { code: 'STALE_PULL_REQUEST', text: `pull request #${number} was open for a week after the end` },
        ],
      }),
    });
  } catch (thrown) {
    if (!isFault(thrown, 'Conflict')) throw thrown;
  }
  return true;
}
