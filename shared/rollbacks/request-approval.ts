import { askApproval, type Plan, personOf, UNKNOWN_AUTHOR, UNMAPPED } from '../approvals/index.ts';
import { type Attempt, approvalIdOf } from './attempt.ts';
import { OVERRIDABLE } from './contract.ts';
import type { WorldDeps } from './ports.ts';
import { ask, placeOf } from './read-world.ts';

/**
 * Asks people about the merge of an attempt, while it awaits one or a review that an approval could end. Safe to repeat;
 * where nobody may approve, nothing is asked. While it cannot be read who made the change nobody is asked either, since
 * four eyes could not be held: the next look asks again.
 */
export async function requestApproval(deps: WorldDeps, attempt: Attempt): Promise<void> {
  const { deadlineAt, approval, enteredAt } = attempt.data;
  const facts = planFactsOf(attempt);
  if (approvalIdOf(attempt) === undefined || approval !== undefined) return;
  if (facts === undefined || deadlineAt === undefined) return;
  const notBy = await excluded(deps, attempt);
  if (notBy === undefined) return;
  const { service, environment, correlationId } = attempt;
  await askApproval(deps, {
    for: { kind: 'rollback', id: attempt.id },
    since: enteredAt,
    ...{ service, environment, correlationId, deadlineAt, overridable: overridable(attempt) },
    notBy,
    facts,
  });
}

/** What exactly people are asked about; undefined while there is no pull request. */
export function planFactsOf({ data }: Pick<Attempt, 'data'>): Plan['facts'] | undefined {
  const { pullRequest, candidate, revision } = data;
  if (pullRequest === undefined) return undefined;
  const { repository, number, url, headSha, path } = pullRequest;
  return {
    ...{ repository, pullRequest: number, url, headSha, path, candidate: candidate?.revision ?? '' },
    ...(revision !== undefined && { revision }),
  };
}

/** A measured uptime holds or does not: only one that nobody measured may be let pass. */
function overridable({ data: { candidate } }: Attempt): readonly string[] {
  return OVERRIDABLE.filter((name) => name !== 'I5' || candidate?.uptime === undefined);
}

/**
 * Four eyes: whoever asked for the rollback, and who made the change that it takes back: the author of its commit, which
 * of a merge commit is whoever merged, and of the pull requests that brought it; undefined when unread. An author without
 * a login is marked as unknown: then nobody may approve.
 */
async function excluded(deps: WorldDeps, attempt: Attempt): Promise<readonly string[] | undefined> {
  const { requestedBy, revision } = attempt.data;
  const asker = requestedBy === undefined ? [] : [requestedBy];
  if (revision === undefined) return [...asker, UNKNOWN_AUTHOR];
  const { service } = await placeOf(deps, attempt);
  const logins = await madeBy(deps, service.repository, revision);
  if (logins === undefined) return undefined;
  const authors = await Promise.all(
    logins.map((login) => (login === undefined ? UNKNOWN_AUTHOR : personBehind(deps, login))),
  );
  return [...new Set([...asker, ...authors])];
}

/** Who made a revision, by their logins: undefined in place of one that the forge does not know. */
async function madeBy(
  deps: WorldDeps,
  repository: string,
  revision: string,
): Promise<readonly (string | undefined)[] | undefined> {
  const found = await ask(deps, 'commits', () => deps.forge.commits(repository, revision, 1));
  if (found === undefined) return undefined;
  const [commit] = found;
  if (commit === undefined) return [undefined];
  // by its full sha: for anything shorter the forge names no pull request
  const pulls = await ask(deps, 'pull-requests-of', () => deps.forge.pullRequestsOf(repository, commit.sha));
  if (pulls === undefined) return undefined;
  const brought = pulls.filter(({ state }) => state !== 'closed');
  return [commit.authorLogin, ...brought.map(({ authorLogin }) => authorLogin)];
}

async function personBehind(deps: WorldDeps, login: string): Promise<string> {
  return (await personOf(deps.store, 'github', login))?.person ?? `${UNMAPPED}${login}`;
}
