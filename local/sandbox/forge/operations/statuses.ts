import { readCommit } from '../git/read-objects.ts';
import { tell } from '../push.ts';
import type { StatusRecord } from '../records.ts';
import { statusShape } from '../shapes/check.ts';
import { commitShape } from '../shapes/commit.ts';
import { apiUrl, minimalRepositoryShape } from '../shapes/repository.ts';
import { userShape } from '../shapes/user.ts';
import { githubTime, type Repository } from '../world.ts';
import { commitOf, type Operation, onePage, pathText, textOf } from './call.ts';

/** The newest status of each context. */
export function statusesOf(repository: Repository, sha: string): readonly StatusRecord[] {
  const all = repository.record
    .read()
    .statuses.filter((status) => status.sha === sha)
    .toReversed();
  return all.filter((status, index) => all.findIndex((each) => each.context === status.context) === index);
}

/** As on GitHub: without a single status the combined state is "pending". */
function combinedState(statuses: readonly StatusRecord[]): string {
  if (statuses.some(({ state }) => state === 'failure' || state === 'error')) return 'failure';
  return statuses.length > 0 && statuses.every(({ state }) => state === 'success') ? 'success' : 'pending';
}

export const getCombinedStatus: Operation = async (world, call) => {
  const { repository } = call;
  const sha = await commitOf(call, pathText(call, 'ref'));
  const statuses = statusesOf(repository, sha);
  const commitUrl = `${apiUrl(world, repository)}/commits/${sha}`;
  return {
    status: 200,
    body: {
      state: combinedState(statuses),
      statuses: onePage(statuses, call.query).map((status) => statusShape(world, repository, status)),
      sha,
      total_count: statuses.length,
      repository: minimalRepositoryShape(world, repository),
      commit_url: commitUrl,
      url: `${commitUrl}/status`,
    },
    total: statuses.length,
  };
};

export const createStatus: Operation = async (world, call) => {
  const { repository } = call;
  const status: StatusRecord = {
    id: repository.record.nextId(),
    sha: await commitOf(call, pathText(call, 'sha')),
    context: textOf(call, 'context') ?? 'default',
    state: textOf(call, 'state') ?? 'pending',
    description: textOf(call, 'description') ?? null,
    targetUrl: textOf(call, 'target_url') ?? null,
    login: call.login,
    createdAt: githubTime(world.now()),
  };
  repository.record.change((record) => ({ ...record, statuses: [...record.statuses, status] }));
  tell(world, repository, call.login, 'status', {
    ...statusShape(world, repository, status),
    name: repository.name,
    commit: commitShape(world, repository, await readCommit(repository.git, status.sha)),
    branches: [],
  });
  world.advance(repository);
  const creator = userShape(world, call.login);
  return { status: 201, body: { ...statusShape(world, repository, status), creator } };
};
