import { allGreen, unmetRule } from './branch-rules.ts';
import { branchSha } from './git/read-objects.ts';
import { commitTree, mergedTree, moveBranch } from './git/write-objects.ts';
import { pushed, tellPull } from './push.ts';
import { type PullRecord, withPull } from './records.ts';
import { GithubRefusal } from './refusal.ts';
import { emailOf } from './shapes/commit.ts';
import { githubTime, type Repository, type World } from './world.ts';

export type MergeRequest = {
  readonly login: string;
  readonly title?: string | undefined;
  readonly message?: string | undefined;
};

/** What GitHub says of a pull request before somebody tries: computed here from the repository as it is now. */
export async function mergeability(
  world: World,
  repository: Repository,
  pull: PullRecord,
): Promise<{ readonly mergeable: boolean | null; readonly mergeableState: string }> {
  if (pull.state === 'closed') return { mergeable: null, mergeableState: 'unknown' };
  const base = await branchSha(repository.git, pull.base);
  const tree = base === undefined ? undefined : await mergedTree(repository.git, base, pull.headSha);
  if (tree === undefined) return { mergeable: false, mergeableState: 'dirty' };
  if (unmetRule(world, repository, pull) !== undefined) {
    return { mergeable: true, mergeableState: 'blocked' };
  }
  return { mergeable: true, mergeableState: allGreen(repository, pull) ? 'clean' : 'unstable' };
}

/** Squashes a pull request into one commit on its base, whatever the rules say: the caller has asked them. */
export async function squash(
  world: World,
  repository: Repository,
  pull: PullRecord,
  request: MergeRequest,
): Promise<string> {
  const { git } = repository;
  const base = await branchSha(git, pull.base);
  const tree = base === undefined ? undefined : await mergedTree(git, base, pull.headSha);
  if (base === undefined || tree === undefined) {
    throw new GithubRefusal(405, 'Pull Request is not mergeable');
  }
  const title = request.title ?? `${pull.title} (#${pull.number})`;
  const message = request.message ?? '';
  const sha = await commitTree(git, tree, {
    parent: base,
    message: message === '' ? title : `${title}\n\n${message}`,
    author: { name: request.login, email: emailOf(request.login) },
    at: world.now(),
  });
  if (!(await moveBranch(git, pull.base, base, sha))) {
    throw new GithubRefusal(405, 'Base branch was modified. Review and try the merge again.');
  }
  await closeAsMerged(world, repository, pull, { before: base, sha, login: request.login });
  return sha;
}

async function closeAsMerged(
  world: World,
  repository: Repository,
  pull: PullRecord,
  moved: { readonly before: string; readonly sha: string; readonly login: string },
): Promise<void> {
  const at = githubTime(world.now());
  const { sha, login } = moved;
  const merged: PullRecord = {
    ...pull,
    ...{ state: 'closed', closedAt: at, updatedAt: at, merge: { sha, login, at } },
  };
  repository.record.change((record) => withPull(record, pull.number, () => merged));
  tellPull(world, repository, login, 'closed', merged);
  await pushed(world, repository, { branch: pull.base, before: moved.before, after: sha, login });
}
