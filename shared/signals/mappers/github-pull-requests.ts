import * as z from 'zod';
import { parse } from '../../kernel/index.ts';
import { ESCALATION, markerOf } from '../../ports/index.ts';
import { type GithubSignal, Repository, Sha } from './github-checks.ts';
import { timeOf } from './mapped.ts';

const Text = z.string().nullish();
const Login = z.looseObject({ login: z.string().min(1), type: Text });
const PullRequest = z.looseObject({
  action: z.string(),
  number: z.int(),
  repository: Repository,
  pull_request: z.looseObject({
    html_url: Text,
    merged: z.boolean().nullish(),
    merge_commit_sha: Text,
    updated_at: Text,
    head: z.looseObject({ ref: z.string(), sha: Sha }),
    base: z.looseObject({ ref: z.string() }),
  }),
});
const Review = z.looseObject({
  action: z.string(),
  repository: Repository,
  review: z.looseObject({
    id: z.int(),
    state: z.string(),
    commit_id: Text,
    submitted_at: Text,
    html_url: Text,
    user: Login.nullish(),
  }),
  pull_request: z.looseObject({
    number: z.int(),
    head: z.looseObject({ ref: z.string(), sha: Sha }),
  }),
});
const MergeGroup = z.looseObject({
  action: z.string(),
  repository: Repository,
  merge_group: z.looseObject({ head_sha: Sha, head_ref: z.string(), base_ref: z.string() }),
});
/** Of a comment only who wrote it and where it stands: its text is read from the forge, when it is to be obeyed. */
const IssueComment = z.looseObject({
  action: z.string(),
  repository: Repository,
  issue: z.looseObject({ number: z.int(), body: Text, pull_request: z.looseObject({}).nullish() }),
  comment: z.looseObject({ id: z.int(), user: Login.nullish(), created_at: Text, html_url: Text }),
});

export function pullRequest(body: unknown): GithubSignal {
  const event = parse(PullRequest, body, 'the pull_request body');
  const { action, number, pull_request: pull } = event;
  const repository = event.repository.full_name;
  const startsAt = timeOf(pull.updated_at);
  return {
    fingerprint: [repository, `#${number}`].join('|'),
    status: 'info',
    severity: 'info',
    title: `${repository}#${number} ${action}`,
    revision: pull.head.sha,
    ...(startsAt !== undefined && { startsAt }),
    links: [pull.html_url],
    labels: {
      repository,
      number,
      action,
      sha: pull.head.sha,
      branch: pull.head.ref,
      base: pull.base.ref,
      merged: pull.merged === true,
      mergeSha: pull.merged === true ? pull.merge_commit_sha : undefined,
    },
  };
}

/** A review speaks of the head it was given for: `revision` is that one, which may no longer be the branch's. */
export function pullRequestReview(body: unknown): GithubSignal {
  const event = parse(Review, body, 'the pull_request_review body');
  const { review, pull_request: pull } = event;
  const repository = event.repository.full_name;
  const startsAt = timeOf(review.submitted_at);
  return {
    fingerprint: [repository, `#${pull.number}`, `review ${review.id}`].join('|'),
    status: 'info',
    severity: 'info',
    title: `review of ${repository}#${pull.number}: ${review.state}`,
    revision: review.commit_id ?? pull.head.sha,
    ...(startsAt !== undefined && { startsAt }),
    links: [review.html_url],
    labels: {
      ...{ repository, number: pull.number, action: event.action, state: review.state },
      ...{ sha: pull.head.sha, branch: pull.head.ref, reviewer: review.user?.login },
    },
  };
}

/** A pull request in the merge queue; its number stands in the branch that the queue made for it. */
export function mergeGroup(body: unknown): GithubSignal {
  const { action, repository, merge_group: group } = parse(MergeGroup, body, 'the merge_group body');
  const number = /\/pr-(\d+)-[0-9a-f]{40,64}$/.exec(group.head_ref)?.[1];
  return {
    fingerprint: [repository.full_name, group.head_ref].join('|'),
    status: 'info',
    severity: 'info',
    title: `merge queue of ${repository.full_name} ${group.base_ref}: ${action}`,
    revision: group.head_sha,
    links: [],
    labels: {
      ...{ repository: repository.full_name, number, action },
      ...{ sha: group.head_sha, ref: group.head_ref, base: group.base_ref },
    },
  };
}

/**
 * A new comment of a person on a pull request, or on an issue that carries our marker of an escalation; whether it is
 * ours in truth, the forge is asked. Edited and deleted ones, those on other issues, those of bots (our own among them)
 * and those of ghosts leave nothing.
 */
export function issueComment(body: unknown): GithubSignal | undefined {
  const { action, issue, comment, repository } = parse(IssueComment, body, 'the issue_comment body');
  const { user } = comment;
  const onIssue = !issue.pull_request;
  if (action !== 'created' || !user || isBot(user)) return undefined;
  if (onIssue && !markerOf(issue.body ?? '')?.startsWith(ESCALATION)) return undefined;
  const name = repository.full_name;
  const startsAt = timeOf(comment.created_at);
  return {
    fingerprint: [name, `#${issue.number}`, `comment ${comment.id}`].join('|'),
    status: 'info',
    severity: 'info',
    title: `${user.login} commented on ${name}#${issue.number}`,
    ...(startsAt !== undefined && { startsAt }),
    links: [comment.html_url],
    labels: {
      ...{ repository: name, number: issue.number, commentId: comment.id, login: user.login },
      onIssue: onIssue ? true : undefined,
    },
  };
}

/** GitHub marks apps and bots by type, and their logins by an ending. */
function isBot({ login, type }: z.infer<typeof Login>): boolean {
  return (type !== null && type !== undefined && type !== 'User') || login.endsWith('[bot]');
}
