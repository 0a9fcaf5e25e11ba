import { tell } from './push.ts';
import type { CommentRecord, RepositoryRecord } from './records.ts';
import { notFound } from './refusal.ts';
import { commentShape, issueShape, type Thread } from './shapes/issue.ts';
import { githubTime, type Repository, type World } from './world.ts';

export type NewComment = {
  readonly number: number;
  readonly login: string;
  readonly body: string;
  readonly viaApp?: boolean;
};

/** The issue or pull request of a number. */
export function threadOf(repository: Repository, number: number): Thread {
  const { pulls, issues } = repository.record.read();
  const found = [...pulls, ...issues].find((thread) => thread.number === number);
  if (found === undefined) throw notFound();
  return found;
}

export function commentOf(repository: Repository, id: number): CommentRecord {
  const found = repository.record.read().comments.find((comment) => comment.id === id);
  if (found === undefined) throw notFound();
  return found;
}

export function addComment(world: World, repository: Repository, request: NewComment): CommentRecord {
  const { number } = threadOf(repository, request.number);
  const at = githubTime(world.now());
  const { login, body, viaApp = false } = request;
  const comment = {
    ...{ id: repository.record.nextId(), number, body, login, viaApp },
    ...{ createdAt: at, updatedAt: at },
  };
  changeComments(repository, (comments) => [...comments, comment]);
  tellComment(world, repository, { action: 'created', login, comment });
  return comment;
}

/** GitHub's times are whole seconds: here a change is never in the second of the comment, so that it can be seen. */
export function editComment(
  world: World,
  repository: Repository,
  change: { readonly id: number; readonly login: string; readonly body: string },
): CommentRecord {
  const before = commentOf(repository, change.id);
  const soonest = Date.parse(before.createdAt) + 1000;
  const updatedAt = githubTime(Math.max(world.now(), soonest));
  const comment: CommentRecord = { ...before, body: change.body, updatedAt };
  changeComments(repository, (comments) => comments.map((each) => (each.id === comment.id ? comment : each)));
  const changes = { body: { from: before.body } };
  tellComment(world, repository, { action: 'edited', login: change.login, comment, changes });
  return comment;
}

export function deleteComment(
  world: World,
  repository: Repository,
  gone: { readonly id: number; readonly login: string },
): void {
  const comment = commentOf(repository, gone.id);
  changeComments(repository, (comments) => comments.filter((each) => each.id !== comment.id));
  tellComment(world, repository, { action: 'deleted', login: gone.login, comment });
}

function changeComments(
  repository: Repository,
  change: (comments: readonly CommentRecord[]) => RepositoryRecord['comments'],
): void {
  repository.record.change((record) => ({ ...record, comments: change(record.comments) }));
}

type Told = {
  readonly action: 'created' | 'edited' | 'deleted';
  readonly login: string;
  readonly comment: CommentRecord;
  readonly changes?: Readonly<Record<string, unknown>>;
};

function tellComment(world: World, repository: Repository, told: Told): void {
  const thread = threadOf(repository, told.comment.number);
  tell(world, repository, told.login, 'issue_comment', {
    action: told.action,
    ...(told.changes !== undefined && { changes: told.changes }),
    issue: issueShape(world, repository, thread),
    comment: commentShape(world, repository, thread, told.comment),
  });
}
