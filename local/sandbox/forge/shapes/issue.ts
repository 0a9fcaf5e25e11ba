import type { CommentRecord, IssueRecord, PullRecord } from '../records.ts';
import type { Repository, World } from '../world.ts';
import { botAppShape } from './app.ts';
import { commentsOn, labelShape } from './pull-request.ts';
import { apiUrl, webUrl } from './repository.ts';
import { nodeId, userShape } from './user.ts';

type Shape = Readonly<Record<string, unknown>>;

/** What an issue and the issue side of a pull request have in common. */
export type Thread = IssueRecord | PullRecord;

export function isPull(thread: Thread): thread is PullRecord {
  return 'headSha' in thread;
}

/** GitHub's "issue"; that of a pull request names the pull request. */
export function issueShape(world: World, repository: Repository, thread: Thread): Shape {
  const api = `${apiUrl(world, repository)}/issues/${thread.number}`;
  const html = htmlUrl(world, repository, thread);
  return {
    id: thread.id,
    node_id: nodeId(isPull(thread) ? 'PR' : 'I', thread.id),
    url: api,
    repository_url: apiUrl(world, repository),
    labels_url: `${api}/labels{/name}`,
    comments_url: `${api}/comments`,
    events_url: `${api}/events`,
    html_url: html,
    number: thread.number,
    title: thread.title,
    user: userShape(world, thread.login),
    labels: thread.labels.map((name) => labelShape(world, repository, name)),
    state: thread.state,
    locked: false,
    assignee: null,
    assignees: [],
    milestone: null,
    comments: commentsOn(repository, thread.number),
    created_at: thread.createdAt,
    updated_at: thread.updatedAt,
    closed_at: thread.closedAt,
    author_association: 'MEMBER',
    active_lock_reason: null,
    body: thread.body,
    ...(isPull(thread) && { pull_request: pullLinks(world, repository, thread) }),
  };
}

function htmlUrl(world: World, repository: Repository, thread: Thread): string {
  return `${webUrl(world, repository)}/${isPull(thread) ? 'pull' : 'issues'}/${thread.number}`;
}

function pullLinks(world: World, repository: Repository, pull: PullRecord): Shape {
  const html = htmlUrl(world, repository, pull);
  return {
    url: `${apiUrl(world, repository)}/pulls/${pull.number}`,
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    merged_at: pull.merge?.at ?? null,
  };
}

/** GitHub's "issue comment". */
export function commentShape(
  world: World,
  repository: Repository,
  thread: Thread,
  comment: CommentRecord,
): Shape {
  return {
    id: comment.id,
    node_id: nodeId('IC', comment.id),
    url: `${apiUrl(world, repository)}/issues/comments/${comment.id}`,
    html_url: `${htmlUrl(world, repository, thread)}#issuecomment-${comment.id}`,
    issue_url: `${apiUrl(world, repository)}/issues/${thread.number}`,
    body: comment.body,
    user: userShape(world, comment.login),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    author_association: 'MEMBER',
    performed_via_github_app: comment.viaApp ? botAppShape(world, comment.login) : null,
  };
}
