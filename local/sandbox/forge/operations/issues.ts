import { type CommentRecord, withPull } from '../records.ts';
import { commentShape, labelShape } from '../shapes/pull-request.ts';
import { githubTime } from '../world.ts';
import { type Operation, onePage, pullOf, textOf } from './call.ts';

export const listComments: Operation = async (world, call) => {
  const pull = pullOf(call, 'issue_number');
  const page = onePage(pull.comments, call.query);
  return {
    status: 200,
    body: page.map((comment) => commentShape(world, call.repository, pull.number, comment)),
    total: pull.comments.length,
  };
};

export const createComment: Operation = async (world, call) => {
  const pull = pullOf(call, 'issue_number');
  const comment: CommentRecord = {
    id: call.repository.record.nextId(),
    body: textOf(call, 'body') ?? '',
    login: call.login,
    createdAt: githubTime(world.now()),
  };
  call.repository.record.change((record) =>
    withPull(record, pull.number, (each) => ({ ...each, comments: [...each.comments, comment] })),
  );
  return { status: 201, body: commentShape(world, call.repository, pull.number, comment) };
};

/** Labels are a set: adding one again changes nothing. */
export const addLabels: Operation = async (world, call) => {
  const pull = pullOf(call, 'issue_number');
  const given = call.body.labels;
  const added = Array.isArray(given) ? given.map(labelName).filter((name) => name !== '') : [];
  const labels = [...new Set([...pull.labels, ...added])];
  call.repository.record.change((record) => withPull(record, pull.number, (each) => ({ ...each, labels })));
  return { status: 200, body: labels.map((name) => labelShape(world, call.repository, name)) };
};

function labelName(label: unknown): string {
  if (typeof label === 'string') return label;
  const named = typeof label === 'object' && label !== null && 'name' in label ? label.name : '';
  return typeof named === 'string' ? named : '';
}
