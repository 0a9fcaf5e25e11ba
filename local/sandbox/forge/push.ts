import {
  type ChangedFile,
  changedFiles,
  type GitCommit,
  listCommits,
  mergeBase,
} from './git/read-objects.ts';
import { type PullRecord, withPull } from './records.ts';
import { pullShape } from './shapes/pull-request.ts';
import { repositoryShape, webUrl } from './shapes/repository.ts';
import { userShape } from './shapes/user.ts';
import { githubTime, type Repository, type World } from './world.ts';

type Shape = Readonly<Record<string, unknown>>;
type Move = {
  readonly branch: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly login: string;
  /** The branch now lacks commits that it had. */
  readonly forced?: boolean;
};

const ZERO = '0'.repeat(40);
const MOST_COMMITS = 20; // as GitHub: a push event carries at most twenty

/** Sends a webhook in the name of a login, with the repository and the sender that every body carries. */
export function tell(
  world: World,
  repository: Repository,
  login: string,
  event: string,
  fields: Shape,
): void {
  world.emit(event, {
    ...fields,
    repository: repositoryShape(world, repository),
    sender: userShape(world, login),
  });
}

export function tellPull(
  world: World,
  repository: Repository,
  login: string,
  action: 'opened' | 'closed' | 'synchronize' | 'edited' | 'reopened',
  pull: PullRecord,
): void {
  tell(world, repository, login, 'pull_request', {
    action,
    number: pull.number,
    pull_request: { ...pullShape(world, repository, pull), merged: pull.merge !== null },
  });
}

/** What follows from a branch that moved: the push event, the pull requests of that branch, the checks. */
export async function pushed(world: World, repository: Repository, move: Move): Promise<void> {
  await tellPush(world, repository, move);
  const open = repository.record
    .read()
    .pulls.filter((pull) => pull.state === 'open' && pull.head === move.branch);
  for (const pull of open) followHead(world, repository, pull, move);
  if (move.after !== undefined) world.check(repository, move.branch, move.after);
}

function followHead(world: World, repository: Repository, pull: PullRecord, move: Move): void {
  const at = githubTime(world.now());
  const changed: PullRecord =
    move.after === undefined
      ? { ...pull, state: 'closed', closedAt: at, updatedAt: at } // as GitHub: no head branch, no pull request
      : { ...pull, headSha: move.after, updatedAt: at };
  if (changed.state === 'open' && changed.headSha === pull.headSha) return;
  repository.record.change((record) => withPull(record, pull.number, () => changed));
  tellPull(world, repository, move.login, changed.state === 'closed' ? 'closed' : 'synchronize', changed);
}

async function tellPush(world: World, repository: Repository, move: Move): Promise<void> {
  const commits = await newCommits(repository, move);
  const shapes = await Promise.all(commits.map((commit) => pushCommitShape(world, repository, commit)));
  tell(world, repository, move.login, 'push', {
    ref: `refs/heads/${move.branch}`,
    before: move.before ?? ZERO,
    after: move.after ?? ZERO,
    created: move.before === undefined,
    deleted: move.after === undefined,
    forced: move.forced ?? false,
    base_ref: null,
    compare: `${webUrl(world, repository)}/compare/${move.branch}`,
    commits: shapes,
    head_commit: shapes.at(-1) ?? null,
    pusher: { name: move.login },
  });
}

/** Oldest first. A new branch at an existing commit brings none. */
async function newCommits(repository: Repository, move: Move): Promise<readonly GitCommit[]> {
  if (move.before === undefined || move.after === undefined) return [];
  const base = await mergeBase(repository.git, move.before, move.after);
  const listed = await listCommits(repository.git, move.after, { limit: MOST_COMMITS, skip: 0 });
  const end = listed.findIndex((commit) => commit.sha === base);
  return listed.slice(0, end === -1 ? undefined : end).toReversed();
}

async function pushCommitShape(world: World, repository: Repository, commit: GitCommit): Promise<Shape> {
  const [parent] = commit.parents;
  const files = parent === undefined ? [] : await changedFiles(repository.git, parent, commit.sha);
  const of = (status: ChangedFile['status']): readonly string[] =>
    files.filter((file) => file.status === status).map((file) => file.path);
  return {
    id: commit.sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: commit.committer.date,
    url: `${webUrl(world, repository)}/commit/${commit.sha}`,
    author: { name: commit.author.name, email: commit.author.email, username: commit.author.name },
    committer: {
      name: commit.committer.name,
      email: commit.committer.email,
      username: commit.committer.name,
    },
    added: of('added'),
    removed: of('removed'),
    modified: of('modified'),
  };
}
