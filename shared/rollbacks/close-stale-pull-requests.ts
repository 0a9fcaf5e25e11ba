import { isFault, isoTime, millis } from '../kernel/index.ts';
import { type Attempt, attemptOf } from './attempt.ts';
import {
  closeAndForget,
  closesPullRequest,
  farewell,
  farewellMarker,
  isOwn,
  quietly,
} from './close-pull-request.ts';
import type { WorldDeps } from './ports.ts';
import { pullRequestOf } from './read-world.ts';
import { closeStalePullRequest } from './rules/record-step.ts';
import { takeStep } from './take-step.ts';

/** Attempts that ended longer ago were looked at on the days before. */
const LOOKED_AT_DAYS = 3;
const DAY_MS = 86_400_000;
const PAGE = 100;
/** Ends after which a pull request may be open. */
const ENDS = ['Aborted', 'SelfHealed'] as const;
/** Real seconds: by then the tasks of an attempt have told the forge of its end, or have failed to. */
const SETTLED_SECONDS = 600;
const NOBODY = 'Nobody has taken this rollback up for a week. Closing; nothing was changed.';

/**
 * Closes the pull requests that ended attempts left open to people and that nobody took up for a week, and at once those
 * that should have been closed at the end and could not be. One that another attempt has taken up is none of them. Each
 * close is a decision of its attempt. Run once a day. Answers how many were closed.
 */
export async function closeStalePullRequests(deps: WorldDeps): Promise<{ readonly closed: number }> {
  let closed = 0;
  for (const state of ENDS) closed += await closeAfter(deps, state);
  return { closed };
}

async function closeAfter(deps: WorldDeps, state: (typeof ENDS)[number]): Promise<number> {
  const now = deps.clock();
  const week = deps.timings.stalePullRequest * 1000;
  // by the time of birth: an attempt ends within a day
  const oldest = isoTime(now - week - ((LOOKED_AT_DAYS + 1) * DAY_MS) / deps.factor);
  let closed = 0;
  let cursor: string | undefined;
  do {
    const page = await deps.store.heads({
      ...{ kind: 'rollback', state, since: oldest, limit: PAGE },
      ...(cursor !== undefined && { cursor }),
    });
    for (const attempt of page.items.map(attemptOf)) {
      if ((now - millis(endedAt(attempt))) / 1000 < staleSeconds(deps, attempt)) continue;
      if (await closeIfOpen(deps, attempt, now)) closed += 1;
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return closed;
}

function endedAt({ data, updatedAt }: Attempt): string {
  return data.times.ended ?? updatedAt;
}

/** How long after the end it is closed: what people may decide on stays for a week. */
function staleSeconds(deps: WorldDeps, attempt: Attempt): number {
  return closesPullRequest(attempt) ? SETTLED_SECONDS : deps.timings.stalePullRequest;
}

async function closeIfOpen(deps: WorldDeps, attempt: Attempt, now: number): Promise<boolean> {
  const { pullRequest } = attempt.data;
  const present = await pullRequestOf(deps, attempt).catch(() => undefined);
  if (pullRequest === undefined || present?.state !== 'open' || !isOwn(attempt, present)) return false;
  const { repository, number } = pullRequest;
  const { marker, text } = wordOf(attempt);
  const said = await quietly(deps, 'own-comments', () => deps.forge.ownComments(repository, number));
  // that it is closed was said before, so a person has opened it again; unread: tomorrow
  if (said === undefined || said.some((each) => each.marker === marker)) return false;
  if (!(await closeAndForget(deps, repository, present))) return false;
  await record(deps, attempt, now, number);
  await quietly(deps, 'comment', () => deps.forge.comment(repository, number, marker, text));
  return true;
}

function wordOf(attempt: Attempt): { readonly marker: string; readonly text: string } {
  const bye = closesPullRequest(attempt) ? farewell(attempt) : undefined;
  return bye === undefined
    ? { marker: `${attempt.id}/stale`, text: NOBODY }
    : { marker: farewellMarker(attempt), text: bye };
}

async function record(deps: WorldDeps, attempt: Attempt, now: number, number: number): Promise<void> {
  const inputs = {
    ...{ endedAt: endedAt(attempt), now: isoTime(now), staleSeconds: staleSeconds(deps, attempt) },
    pullRequest: 'open',
  };
  const text = closesPullRequest(attempt)
    ? `pull request #${number} was still open, which was to be closed at the end`
    : `pull request #${number} was open for a week after the end`;
  try {
    await takeStep(deps, attempt, {
      ...{ key: `stale/${attempt.id}`, rule: closeStalePullRequest, inputs },
      actor: { type: 'system', id: 'close-stale-pull-requests', via: 'schedule' },
      move: () => ({
        event: 'StalePullRequestClosed',
        state: attempt.state,
        reasons: [{ code: 'STALE_PULL_REQUEST', text }],
      }),
    });
  } catch (thrown) {
    if (!isFault(thrown, 'Conflict')) throw thrown;
  }
}
