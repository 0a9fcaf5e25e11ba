import { branchSha, mergeBase } from '../git/read-objects.ts';
import type { PullRecord } from '../records.ts';
import { pullShape } from '../shapes/pull-request.ts';
import type { Repository } from '../world.ts';
import { commitOf, type Operation, onePage, pathText } from './call.ts';

/**
 * As on GitHub: of a commit on the default branch the merged pull request that brought it there, of any other all that
 * have it, merged or open. Newest first.
 */
export const listPullsOfCommit: Operation = async (world, call) => {
  const { repository } = call;
  const sha = await commitOf(call, pathText(call, 'commit_sha'));
  const main = await branchSha(repository.git, 'main');
  const isOnMain = main !== undefined && (await holds(repository, main, sha));
  const found: PullRecord[] = [];
  for (const pull of repository.record.read().pulls.toReversed()) {
    if (pull.merge === null && (isOnMain || pull.state === 'closed')) continue;
    if (await has(repository, pull, sha)) found.push(pull);
  }
  const page = onePage(found, call.query).map((pull) => pullShape(world, repository, pull));
  return { status: 200, body: page, total: found.length };
};

async function has(repository: Repository, pull: PullRecord, sha: string): Promise<boolean> {
  if (pull.merge?.sha === sha) return true;
  return (await holds(repository, pull.headSha, sha)) && !(await holds(repository, pull.baseSha, sha));
}

async function holds({ git }: Repository, head: string, sha: string): Promise<boolean> {
  return (await mergeBase(git, sha, head)) === sha;
}
