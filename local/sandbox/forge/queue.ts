import { missingCheck, rulesOf, unmetForQueue } from './branch-rules.ts';
import { squash } from './merging.ts';
import { tell } from './push.ts';
import type { PullRecord, QueueEntry } from './records.ts';
import { GithubRefusal } from './refusal.ts';
import { pullShape } from './shapes/pull-request.ts';
import { githubTime, type Repository, type World } from './world.ts';

/** Why GitHub says that a pull request left the queue. */
export type QueueReason =
  | 'MERGE'
  | 'MANUAL'
  | 'CI_FAILURE'
  | 'CI_TIMEOUT'
  | 'MERGE_CONFLICT'
  | 'BRANCH_PROTECTIONS';

export function entryOf(repository: Repository, number: number): QueueEntry | undefined {
  return repository.record.read().queue.find((entry) => entry.number === number);
}

/** Puts a pull request at the end of the queue, while its head is where the caller saw it. In again is no change. */
export function enqueue(
  world: World,
  repository: Repository,
  pull: PullRecord,
  request: { readonly login: string; readonly expectedHead?: string | undefined },
): QueueEntry {
  const found = entryOf(repository, pull.number);
  if (found !== undefined) return found;
  if (pull.state === 'closed') throw new GithubRefusal(422, 'Pull request is closed');
  if (rulesOf(repository, pull.base)?.mergeQueue !== true) {
    throw new GithubRefusal(422, 'Merge queue is not enabled on the base branch');
  }
  if (request.expectedHead !== undefined && request.expectedHead !== pull.headSha) {
    throw new GithubRefusal(422, 'Head branch was modified. Review and try again.');
  }
  const unmet = unmetForQueue(world, repository, pull);
  if (unmet !== undefined) throw new GithubRefusal(422, unmet);
  const { number, headSha } = pull;
  const entry = { number, headSha, login: request.login, at: githubTime(world.now()) };
  repository.record.change((record) => ({ ...record, queue: [...record.queue, entry] }));
  tell(world, repository, request.login, 'pull_request', {
    action: 'enqueued',
    number,
    pull_request: pullShape(world, repository, pull),
  });
  return entry;
}

/** Takes a pull request out; undefined when it is not in. */
export function leave(
  world: World,
  repository: Repository,
  number: number,
  by: { readonly login: string; readonly reason: QueueReason },
): QueueEntry | undefined {
  const entry = entryOf(repository, number);
  const pull = repository.record.read().pulls.find((each) => each.number === number);
  if (entry === undefined || pull === undefined) return undefined;
  repository.record.change((record) => ({
    ...record,
    queue: record.queue.filter((each) => each.number !== number),
  }));
  tell(world, repository, by.login, 'pull_request', {
    action: 'dequeued',
    number,
    reason: by.reason,
    pull_request: pullShape(world, repository, pull),
  });
  return entry;
}

/** Merges what stands in the queue, first come first, until one waits for its checks; `force` does not wait. */
export async function advance(
  world: World,
  repository: Repository,
  force?: { readonly number?: number | undefined },
): Promise<void> {
  for (const entry of repository.record.read().queue) {
    if (force?.number !== undefined && force.number !== entry.number) continue;
    const pull = repository.record.read().pulls.find((each) => each.number === entry.number);
    if (pull === undefined || pull.state === 'closed' || pull.headSha !== entry.headSha) {
      leave(world, repository, entry.number, { login: entry.login, reason: 'BRANCH_PROTECTIONS' });
      continue;
    }
    if (force === undefined && missingCheck(repository, pull) !== undefined) return;
    await mergeEntry(world, repository, pull, entry);
  }
}

async function mergeEntry(
  world: World,
  repository: Repository,
  pull: PullRecord,
  entry: QueueEntry,
): Promise<void> {
  try {
    await squash(world, repository, pull, { login: entry.login });
    leave(world, repository, entry.number, { login: entry.login, reason: 'MERGE' });
  } catch (thrown) {
    if (!(thrown instanceof GithubRefusal)) throw thrown;
    leave(world, repository, entry.number, { login: entry.login, reason: 'MERGE_CONFLICT' });
  }
}
