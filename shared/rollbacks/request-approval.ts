import { askApproval, personOf } from '../approvals/index.ts';
import { type Attempt, approvalIdOf } from './attempt.ts';
import { OVERRIDABLE } from './contract.ts';
import type { WorldDeps } from './ports.ts';
import { ask, placeOf } from './read-world.ts';

/**
 * Asks people about the merge of an attempt, while it awaits one or a review that an approval could end. Safe to repeat;
 * where nobody may approve, nothing is asked.
 */
export async function requestApproval(deps: WorldDeps, attempt: Attempt): Promise<void> {
  const { pullRequest, candidate, revision, deadlineAt, approval, enteredAt } = attempt.data;
  if (approvalIdOf(attempt) === undefined || approval !== undefined) return;
  if (pullRequest === undefined || deadlineAt === undefined) return;
  const { service, environment, correlationId } = attempt;
  const { repository, number, url, headSha, path } = pullRequest;
  await askApproval(deps, {
    for: { kind: 'rollback', id: attempt.id },
    since: enteredAt,
    ...{ service, environment, correlationId, deadlineAt, overridable: [...OVERRIDABLE] },
    notBy: await excluded(deps, attempt),
    facts: {
      ...{ repository, pullRequest: number, url, headSha, path, candidate: candidate?.revision ?? '' },
      ...(revision !== undefined && { revision }),
    },
  });
}

/** Four eyes: whoever asked for the rollback, and the author of the change that it takes back. */
async function excluded(deps: WorldDeps, attempt: Attempt): Promise<readonly string[]> {
  const { requestedBy, revision } = attempt.data;
  const author = revision === undefined ? undefined : await authorOf(deps, attempt, revision);
  return [requestedBy, author].filter((person) => person !== undefined);
}

/** The person behind the author of a commit; `github:<login>` for one that nobody is mapped to. */
async function authorOf(deps: WorldDeps, attempt: Attempt, revision: string): Promise<string | undefined> {
  const { service } = await placeOf(deps, attempt);
  const found = await ask(deps, 'commits', () => deps.forge.commits(service.repository, revision, 1));
  const login = found?.[0]?.authorLogin;
  if (login === undefined) return undefined;
  return (await personOf(deps.store, 'github', login))?.person ?? `github:${login}`;
}
