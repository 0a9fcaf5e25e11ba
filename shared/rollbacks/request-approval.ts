import { askApproval, type Plan, personOf, UNKNOWN_AUTHOR, UNMAPPED } from '../approvals/index.ts';
import { type Attempt, approvalIdOf } from './attempt.ts';
import { OVERRIDABLE } from './contract.ts';
import type { WorldDeps } from './ports.ts';
import { ask, placeOf } from './read-world.ts';

/**
 * Asks people about the merge of an attempt, while it awaits one or a review that an approval could end. Safe to repeat;
 * where nobody may approve, nothing is asked. While the author of the change cannot be read nobody is asked either, since
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
 * Four eyes: whoever asked for the rollback, and the author of the change that it takes back; undefined when unread. An
 * author without a login is marked as unknown: then nobody may approve.
 */
async function excluded(deps: WorldDeps, attempt: Attempt): Promise<readonly string[] | undefined> {
  const { requestedBy, revision } = attempt.data;
  const asker = requestedBy === undefined ? [] : [requestedBy];
  if (revision === undefined) return [...asker, UNKNOWN_AUTHOR];
  const { service } = await placeOf(deps, attempt);
  const found = await ask(deps, 'commits', () => deps.forge.commits(service.repository, revision, 1));
  if (found === undefined) return undefined;
  const login = found[0]?.authorLogin;
  return [...asker, login === undefined ? UNKNOWN_AUTHOR : await personBehind(deps, login)];
}

async function personBehind(deps: WorldDeps, login: string): Promise<string> {
  return (await personOf(deps.store, 'github', login))?.person ?? `${UNMAPPED}${login}`;
}
