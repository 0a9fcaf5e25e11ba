import { Fault } from '../kernel/index.ts';
import type { Attempt } from './attempt.ts';
import type { WorldDeps } from './ports.ts';

const BRANCH_TRIES = 5;

/** `rollback/<service>-<environment>-<sha7>`, with a suffix while the name is taken by another attempt. */
export async function ownBranch(
  deps: WorldDeps,
  attempt: Attempt,
  repository: string,
  baseSha: string,
): Promise<string> {
  const name = `rollback/${attempt.service}-${attempt.environment}-${attempt.data.candidate?.revision.slice(0, 7)}`;
  for (let number = 1; number <= BRANCH_TRIES; number += 1) {
    const branch = number === 1 ? name : `${name}-${number}`;
    const created = await deps.forge.createBranch(repository, branch, baseSha);
    if (!created.taken) return branch;
    if (await isOwn(deps, attempt, repository, created.headSha)) return branch;
  }
  throw new Fault('Conflict', `the branches ${name} to -${BRANCH_TRIES} are all taken`);
}

/** A branch that this very attempt committed to before it was interrupted. */
async function isOwn(
  deps: WorldDeps,
  attempt: Attempt,
  repository: string,
  headSha: string,
): Promise<boolean> {
  const [head] = await deps.forge.commits(repository, headSha, 1);
  return head?.message.includes(`Holdfast-Attempt: ${attempt.id}`) ?? false;
}
