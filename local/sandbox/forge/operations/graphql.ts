import { type Actor, refuseStranger } from '../access.ts';
import { enqueue, entryOf, leave } from '../queue.ts';
import type { PullRecord, QueueEntry } from '../records.ts';
import { GithubRefusal } from '../refusal.ts';
import { nodeId } from '../shapes/user.ts';
import type { Repository, World } from '../world.ts';
import type { Answer } from './call.ts';
import { commentsConnection } from './own-comments.ts';

type Fields = Readonly<Record<string, unknown>>;
type Found = { readonly repository: Repository; readonly pull: PullRecord };

const TYPE_OF_STATUS: Readonly<Record<number, string>> = { 403: 'FORBIDDEN', 404: 'NOT_FOUND' };

/**
 * What GitHub's REST API does not offer: the merge queue by one query and two mutations, and of an issue or a comment
 * whether the asker wrote it and whether its text was changed. They are told apart by their field. As on GitHub, a refusal is a 200 with `errors`.
 */
export function graphql(world: World, body: Fields, actor: Actor): Answer {
  const query = typeof body.query === 'string' ? body.query : '';
  const variables = fieldsIn(body, 'variables');
  try {
    return { status: 200, body: { data: dataOf(world, query, variables, actor) } };
  } catch (thrown) {
    if (!(thrown instanceof GithubRefusal)) throw thrown;
    const type = TYPE_OF_STATUS[thrown.status] ?? 'UNPROCESSABLE';
    return { status: 200, body: { data: null, errors: [{ type, path: [], message: thrown.message }] } };
  }
}

function dataOf(world: World, query: string, variables: Fields, actor: Actor): Fields {
  const input = fieldsIn(variables, 'input');
  const { login } = actor;
  if (/\benqueuePullRequest\b/.test(query)) {
    const { repository, pull } = allowed(world, byNode(world, input.pullRequestId), actor);
    const expectedHead = typeof input.expectedHeadOid === 'string' ? input.expectedHeadOid : undefined;
    const entry = enqueue(world, repository, pull, { login, expectedHead });
    world.advance(repository);
    return { enqueuePullRequest: { mergeQueueEntry: entryShape(repository, entry) } };
  }
  if (/\bdequeuePullRequest\b/.test(query)) {
    const { repository, pull } = allowed(world, byNode(world, input.id), actor);
    const entry = leave(world, repository, pull.number, { login, reason: 'MANUAL' });
    if (entry === undefined) throw new GithubRefusal(422, 'Pull request is not in the merge queue');
    return { dequeuePullRequest: { mergeQueueEntry: entryShape(repository, entry) } };
  }
  if (/\bmergeQueueEntry\b/.test(query)) {
    const { repository, pull } = byNumber(world, variables);
    const entry = entryOf(repository, pull.number);
    const shape = entry === undefined ? null : entryShape(repository, entry);
    return { repository: { pullRequest: { id: nodeId('PR', pull.id), mergeQueueEntry: shape } } };
  }
  if (/\bcomments\b/.test(query)) {
    const { repository, pull } = byNumber(world, variables);
    refuseStranger(world, repository, actor, 'issues/list-comments');
    const from = { number: pull.number, after: variables.after, login };
    return { repository: { pullRequest: { comments: commentsConnection(repository, from) } } };
  }
  if (/\bviewerDidAuthor\b/.test(query)) return { repository: { issue: issueIn(world, variables, actor) } };
  throw new GithubRefusal(422, 'The sandbox answers this query not');
}

function allowed(world: World, found: Found, actor: Actor): Found {
  refuseStranger(world, found.repository, actor, 'graphql');
  return found;
}

function byNode(world: World, id: unknown): Found {
  for (const repository of world.repositories.values()) {
    const pull = repository.record.read().pulls.find((each) => nodeId('PR', each.id) === id);
    if (pull !== undefined) return { repository, pull };
  }
  throw new GithubRefusal(404, `Could not resolve to a node with the global id of '${String(id)}'`);
}

function repositoryIn(world: World, variables: Fields): Repository {
  const name = `${String(variables.owner)}/${String(variables.name)}`;
  const repository = world.repositories.get(name);
  if (repository !== undefined) return repository;
  throw new GithubRefusal(404, `Could not resolve to a Repository with the name '${name}'.`);
}

function issueIn(world: World, variables: Fields, actor: Actor): Fields {
  const repository = repositoryIn(world, variables);
  refuseStranger(world, repository, actor, 'issues/get');
  const { issues } = repository.record.read();
  const issue = issues.find((each) => each.number === variables.number);
  if (issue === undefined) {
    const number = String(variables.number);
    throw new GithubRefusal(404, `Could not resolve to an Issue with the number of ${number}.`);
  }
  const { number, body, lastEditedAt = null } = issue;
  return { number, body: body ?? '', viewerDidAuthor: issue.login === actor.login, lastEditedAt };
}

function byNumber(world: World, variables: Fields): Found {
  const repository = repositoryIn(world, variables);
  const pull = repository.record.read().pulls.find((each) => each.number === variables.number);
  if (pull !== undefined) return { repository, pull };
  const number = String(variables.number);
  throw new GithubRefusal(404, `Could not resolve to a PullRequest with the number of ${number}.`);
}

function entryShape(repository: Repository, entry: QueueEntry): Fields {
  const position = repository.record.read().queue.findIndex((each) => each.number === entry.number) + 1;
  return { id: nodeId('MQE', entry.number), state: 'QUEUED', position };
}

function fieldsIn(holder: Fields, name: string): Fields {
  const value = holder[name];
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
