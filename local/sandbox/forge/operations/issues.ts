import { addComment, commentOf, deleteComment, editComment, threadOf } from '../comments.ts';
import { tell } from '../push.ts';
import { type IssueRecord, nextNumber, withPull } from '../records.ts';
import { notFound } from '../refusal.ts';
import { commentShape, isPull, issueShape, type Thread } from '../shapes/issue.ts';
import { labelShape } from '../shapes/pull-request.ts';
import { githubTime } from '../world.ts';
import { type Call, type Operation, onePage, pathText, textOf } from './call.ts';

export const listComments: Operation = async (world, call) => {
  const thread = threadIn(call);
  const comments = call.repository.record.read().comments.filter(({ number }) => number === thread.number);
  const page = onePage(comments, call.query);
  return {
    status: 200,
    body: page.map((comment) => commentShape(world, call.repository, thread, comment)),
    total: comments.length,
  };
};

export const createComment: Operation = async (world, call) => {
  const thread = threadIn(call);
  const { login, viaApp } = call;
  const request = { number: thread.number, login, viaApp, body: textOf(call, 'body') ?? '' };
  const comment = addComment(world, call.repository, request);
  return { status: 201, body: commentShape(world, call.repository, thread, comment) };
};

export const getComment: Operation = async (world, call) => {
  const comment = commentOf(call.repository, Number(pathText(call, 'comment_id')));
  const thread = threadOf(call.repository, comment.number);
  return { status: 200, body: commentShape(world, call.repository, thread, comment) };
};

export const updateComment: Operation = async (world, call) => {
  const change = {
    id: Number(pathText(call, 'comment_id')),
    login: call.login,
    body: textOf(call, 'body') ?? '',
  };
  const comment = editComment(world, call.repository, change);
  const thread = threadOf(call.repository, comment.number);
  return { status: 200, body: commentShape(world, call.repository, thread, comment) };
};

export const removeComment: Operation = async (world, call) => {
  deleteComment(world, call.repository, { id: Number(pathText(call, 'comment_id')), login: call.login });
  return { status: 204 };
};

export const createIssue: Operation = async (world, call) => {
  const { repository } = call;
  const at = githubTime(world.now());
  const issue: IssueRecord = {
    id: repository.record.nextId(),
    number: nextNumber(repository.record.read()),
    title: textOf(call, 'title') ?? '',
    body: textOf(call, 'body') ?? null,
    state: 'open',
    login: call.login,
    labels: labelsIn(call),
    ...{ createdAt: at, updatedAt: at, closedAt: null },
  };
  repository.record.change((record) => ({ ...record, issues: [...record.issues, issue] }));
  const shape = issueShape(world, repository, issue);
  tell(world, repository, call.login, 'issues', { action: 'opened', issue: shape });
  return { status: 201, body: shape };
};

export const getIssue: Operation = async (world, call) => ({
  status: 200,
  body: issueShape(world, call.repository, threadIn(call)),
});

/** Newest first, pull requests among them, as on GitHub; of several labels all. */
export const listIssues: Operation = async (world, call) => {
  const { pulls, issues } = call.repository.record.read();
  const state = call.query.get('state') ?? 'open';
  const labels = (call.query.get('labels') ?? '').split(',').filter((label) => label !== '');
  const threads: readonly Thread[] = [...pulls, ...issues];
  const found = threads
    .filter((thread) => state === 'all' || thread.state === state)
    .filter((thread) => labels.every((label) => thread.labels.includes(label)))
    .toSorted((a, b) => b.number - a.number);
  const page = onePage(found, call.query).map((thread) => issueShape(world, call.repository, thread));
  return { status: 200, body: page, total: found.length };
};

/** Issues alone: pull requests are changed as such. */
export const updateIssue: Operation = async (world, call) => {
  const before = threadIn(call);
  if (isPull(before)) throw notFound();
  const state = textOf(call, 'state') === 'closed' ? 'closed' : 'open';
  const at = githubTime(world.now());
  const issue: IssueRecord = {
    ...before,
    title: textOf(call, 'title') ?? before.title,
    body: textOf(call, 'body') ?? before.body,
    state: textOf(call, 'state') === undefined ? before.state : state,
    labels: call.body.labels === undefined ? before.labels : labelsIn(call),
    ...(textOf(call, 'body') !== undefined && { lastEditedAt: at }),
    updatedAt: at,
    closedAt: state === 'closed' ? at : before.closedAt,
  };
  changeIssue(call, issue);
  const shape = issueShape(world, call.repository, issue);
  const action = issue.state === 'closed' && before.state === 'open' ? 'closed' : 'edited';
  tell(world, call.repository, call.login, 'issues', { action, issue: shape });
  return { status: 200, body: shape };
};

/** Labels are a set: adding one again changes nothing. */
export const addLabels: Operation = async (world, call) => {
  const thread = threadIn(call);
  const labels = [...new Set([...thread.labels, ...labelsIn(call)])];
  if (isPull(thread)) {
    call.repository.record.change((record) =>
      withPull(record, thread.number, (each) => ({ ...each, labels })),
    );
  } else {
    changeIssue(call, { ...thread, labels });
  }
  return { status: 200, body: labels.map((name) => labelShape(world, call.repository, name)) };
};

function threadIn(call: Call): Thread {
  return threadOf(call.repository, Number(pathText(call, 'issue_number')));
}

function changeIssue(call: Call, issue: IssueRecord): void {
  call.repository.record.change((record) => ({
    ...record,
    issues: record.issues.map((each) => (each.number === issue.number ? issue : each)),
  }));
}

function labelsIn(call: Call): readonly string[] {
  const given = call.body.labels;
  return Array.isArray(given) ? given.map(labelName).filter((name) => name !== '') : [];
}

function labelName(label: unknown): string {
  if (typeof label === 'string') return label;
  const named = typeof label === 'object' && label !== null && 'name' in label ? label.name : '';
  return typeof named === 'string' ? named : '';
}
