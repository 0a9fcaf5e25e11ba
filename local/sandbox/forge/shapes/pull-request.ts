import type { PullRecord } from '../records.ts';
import type { Repository, World } from '../world.ts';
import { apiUrl, repositoryShape, webUrl } from './repository.ts';
import { nodeId, stableId, userShape } from './user.ts';

type Shape = Readonly<Record<string, unknown>>;

/** What GitHub computes for one pull request, and leaves out of lists. */
export type PullDetails = {
  readonly mergeable: boolean | null;
  readonly mergeableState: string;
  readonly commits: number;
  readonly additions: number;
  readonly deletions: number;
  readonly changedFiles: number;
};

/** GitHub's "pull request simple", as in lists. */
export function pullShape(world: World, repository: Repository, pull: PullRecord): Shape {
  const links = linksOf(world, repository, pull);
  const html = links.html;
  return {
    url: links.self,
    id: pull.id,
    node_id: nodeId('PR', pull.id),
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: links.issue,
    commits_url: links.commits,
    review_comments_url: links.review_comments,
    review_comment_url: links.review_comment,
    comments_url: links.comments,
    statuses_url: links.statuses,
    number: pull.number,
    state: pull.state,
    locked: false,
    draft: false,
    title: pull.title,
    user: userShape(world, pull.login),
    body: pull.body,
    labels: pull.labels.map((name) => labelShape(world, repository, name)),
    milestone: null,
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.closedAt,
    merged_at: pull.merge?.at ?? null,
    merge_commit_sha: pull.merge?.sha ?? null,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    head: sideShape(world, repository, pull.head, pull.headSha),
    base: sideShape(world, repository, pull.base, pull.baseSha),
    _links: Object.fromEntries(Object.entries(links).map(([name, href]) => [name, { href }])),
    author_association: 'MEMBER',
    auto_merge: null,
  };
}

/** GitHub's "pull request", as read alone. */
export function fullPullShape(
  world: World,
  repository: Repository,
  pull: PullRecord,
  details: PullDetails,
): Shape {
  return {
    ...pullShape(world, repository, pull),
    merged: pull.merge !== null,
    mergeable: details.mergeable,
    rebaseable: details.mergeable,
    mergeable_state: details.mergeableState,
    merged_by: pull.merge === null ? null : userShape(world, pull.merge.login),
    comments: commentsOn(repository, pull.number),
    review_comments: 0,
    maintainer_can_modify: false,
    commits: details.commits,
    additions: details.additions,
    deletions: details.deletions,
    changed_files: details.changedFiles,
  };
}

export function commentsOn(repository: Repository, number: number): number {
  return repository.record.read().comments.filter((comment) => comment.number === number).length;
}

function linksOf(world: World, repository: Repository, pull: PullRecord): Readonly<Record<string, string>> {
  const api = apiUrl(world, repository);
  const self = `${api}/pulls/${pull.number}`;
  const issue = `${api}/issues/${pull.number}`;
  return {
    self,
    html: `${webUrl(world, repository)}/pull/${pull.number}`,
    issue,
    comments: `${issue}/comments`,
    review_comments: `${self}/comments`,
    review_comment: `${api}/pulls/comments{/number}`,
    commits: `${self}/commits`,
    statuses: `${api}/statuses/${pull.headSha}`,
  };
}

function sideShape(world: World, repository: Repository, branch: string, sha: string): Shape {
  const [owner = ''] = repository.name.split('/');
  return {
    label: `${owner}:${branch}`,
    ref: branch,
    sha,
    user: userShape(world, owner),
    repo: repositoryShape(world, repository),
  };
}

/** GitHub's "pull request minimal", as in check runs. */
export function minimalPullShape(world: World, repository: Repository, pull: PullRecord): Shape {
  const repo = {
    id: repository.record.read().id,
    url: apiUrl(world, repository),
    name: repository.name.split('/')[1],
  };
  return {
    id: pull.id,
    number: pull.number,
    url: `${apiUrl(world, repository)}/pulls/${pull.number}`,
    head: { ref: pull.head, sha: pull.headSha, repo },
    base: { ref: pull.base, sha: pull.baseSha, repo },
  };
}

export function labelShape(world: World, repository: Repository, name: string): Shape {
  const id = stableId(`${repository.name}/${name}`);
  const url = `${apiUrl(world, repository)}/labels/${encodeURIComponent(name)}`;
  return { id, node_id: nodeId('LA', id), url, name, description: '', color: 'ededed', default: false };
}
