import * as z from 'zod';
import type { Forge } from '../../ports/forge.ts';
import { type Connection, parse, repositoryOf } from './connection.ts';
import { askGraphql } from './graphql.ts';

const Entry = z.looseObject({
  repository: z.looseObject({
    pullRequest: z.looseObject({
      id: z.string(),
      mergeQueueEntry: z.looseObject({ id: z.string() }).nullable(),
    }),
  }),
});

const ENTRY = `query MergeQueueEntry($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) { id mergeQueueEntry { id } }
  }
}`;
const ENQUEUE = `mutation Enqueue($input: EnqueuePullRequestInput!) {
  enqueuePullRequest(input: $input) { mergeQueueEntry { id } }
}`;
const DEQUEUE = `mutation Dequeue($input: DequeuePullRequestInput!) {
  dequeuePullRequest(input: $input) { mergeQueueEntry { id } }
}`;

type QueuePlace = { readonly id: string; readonly isQueued: boolean };
type PullRequestName = { readonly repository: string; readonly number: number };

export function mergeQueue(connection: Connection): Pick<Forge, 'isQueued' | 'leaveQueue'> {
  return {
    isQueued: (repository, number) =>
      connection.repeat(async () => (await readPlace(connection, { repository, number })).isQueued),
    leaveQueue: (repository, number) =>
      connection.repeat(async () => {
        const { id, isQueued } = await readPlace(connection, { repository, number });
        if (!isQueued) return;
        // a refusal says that it left meanwhile
        await askGraphql(connection, { repository, text: DEQUEUE, variables: { input: { id } } });
      }),
  };
}

/** One attempt. GraphQL's name of a pull request, and whether it waits in the queue. */
async function readPlace(connection: Connection, pull: PullRequestName): Promise<QueuePlace> {
  const { owner, repo } = repositoryOf(pull.repository);
  const answer = await askGraphql(connection, {
    repository: pull.repository,
    text: ENTRY,
    variables: { owner, name: repo, number: pull.number },
  });
  const found = parse(Entry, 'data' in answer ? answer.data : undefined, `the queue of ${pull.repository}`);
  const { id, mergeQueueEntry } = found.repository.pullRequest;
  return { id, isQueued: mergeQueueEntry !== null };
}

/** One attempt to put a pull request into the queue while its head is `headSha`. Answers the refusal, if it is one. */
export async function enqueue(
  connection: Connection,
  pull: PullRequestName & { readonly headSha: string },
): Promise<string | undefined> {
  const { id, isQueued } = await readPlace(connection, pull);
  if (isQueued) return undefined;
  const answer = await askGraphql(connection, {
    repository: pull.repository,
    text: ENQUEUE,
    variables: { input: { pullRequestId: id, expectedHeadOid: pull.headSha } },
  });
  return 'refused' in answer ? answer.refused : undefined;
}
