import type { PullRequest } from '../ports/index.ts';
import { type Attempt, attemptOf, isOpen } from './attempt.ts';
import { isOwn } from './close-pull-request.ts';
import type { WorldDeps } from './ports.ts';
import { attemptNamedIn, isTitleFor } from './pull-request-text.ts';
import { ask } from './read-world.ts';

/**
 * Closes what ended attempts left open for the place of this one, with a comment that names it: two open pull requests
 * that go back to different revisions would send this attempt to a person (I7), until the older is closed after a week.
 * None belongs to an open attempt: this one holds the slot. One that names no attempt of ours is a person's, and stays.
 * Throws the forge's Fault; all of it can be repeated, and asks the forge for nothing where there is none.
 */
export async function closePredecessors(
  deps: WorldDeps,
  attempt: Attempt,
  repository: string,
  openOnes: readonly PullRequest[],
): Promise<void> {
  for (const each of openOnes.filter(({ title }) => isTitleFor(attempt, title))) {
    const owner = await endedOwner(deps, attempt, repository, each);
    if (owner !== undefined) await closeFor(deps, attempt, { repository, number: each.number, owner });
  }
}

/** The ended attempt for the same place that the pull request belongs to; undefined where it is another's, or nobody's. */
async function endedOwner(
  deps: WorldDeps,
  attempt: Attempt,
  repository: string,
  { number, body }: PullRequest,
): Promise<Attempt | undefined> {
  const id = attemptNamedIn(body);
  const head = id === undefined ? undefined : await deps.store.head({ kind: 'rollback', id });
  if (head === undefined) return undefined;
  const owner = attemptOf(head);
  const { pullRequest } = owner.data;
  // one that ended between opening and recording it knows of none
  const its =
    pullRequest === undefined || (pullRequest.repository === repository && pullRequest.number === number);
  const here = owner.service === attempt.service && owner.environment === attempt.environment;
  return its && here && !isOpen(owner) ? owner : undefined;
}

type Predecessor = { readonly repository: string; readonly number: number; readonly owner: Attempt };

/** The closing comes last: until then it is listed as open, and whoever comes back after an interruption goes on with it. */
async function closeFor(
  deps: WorldDeps,
  attempt: Attempt,
  { repository, number, owner }: Predecessor,
): Promise<void> {
  const target = attempt.data.candidate?.revision.slice(0, 7);
  const text = `Rollback ${attempt.id} takes the place of this one: ${attempt.service} is degraded in ${attempt.environment} again, and it goes back to ${target}. Closing; nothing was changed.`;
  // a word that cannot be said stops nothing
  await ask(deps, 'comment', () =>
    deps.forge.comment(repository, number, `${attempt.id}/succeeds/${number}`, text),
  ).catch(() => undefined);
  const present = await deps.forge.pullRequest(repository, number);
  if (present.state !== 'open' || !isOwn(owner, present)) return;
  // what a person pushed there since is theirs
  if (present.headSha === owner.data.pullRequest?.headSha)
    await deps.forge.deleteBranch(repository, present.headBranch);
  await deps.forge.updatePullRequest(repository, number, { state: 'closed' });
}
