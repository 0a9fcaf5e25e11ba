import * as z from 'zod';
import { parse } from '../../kernel/index.ts';
import { type GithubSignal, Repository, Sha } from './github-checks.ts';
import { timeOf } from './mapped.ts';

const Text = z.string().nullish();
const Login = z.looseObject({ login: z.string().min(1), type: Text });
const PullRequest = z.looseObject({
  action: z.string(),
  number: z.int(),
  repository: Repository,
  sender: z.looseObject({ login: z.string() }).nullish(),
  pull_request: z.looseObject({
    html_url: Text,
    merged: z.boolean().nullish(),
    merge_commit_sha: Text,
    updated_at: Text,
    head: z.looseObject({ ref: z.string(), sha: Sha }),
    base: z.looseObject({ ref: z.string() }),
  }),
});
/** Of a comment only who wrote it and where it stands: its text is read from the forge, when it is to be obeyed. */
const IssueComment = z.looseObject({
  action: z.string(),
  repository: Repository,
  issue: z.looseObject({ number: z.int(), pull_request: z.looseObject({}).nullish() }),
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
      sender: event.sender?.login,
    },
  };
}

/**
 * A new comment of a person on a pull request. Edited and deleted ones, those on issues, those of bots (our own among
 * them) and those of ghosts leave nothing.
 */
export function issueComment(body: unknown): GithubSignal | undefined {
  const { action, issue, comment, repository } = parse(IssueComment, body, 'the issue_comment body');
  const { user } = comment;
  if (action !== 'created' || !issue.pull_request || !user || isBot(user)) return undefined;
  const name = repository.full_name;
  const startsAt = timeOf(comment.created_at);
  return {
    fingerprint: [name, `#${issue.number}`, `comment ${comment.id}`].join('|'),
    status: 'info',
    severity: 'info',
    title: `${user.login} commented on ${name}#${issue.number}`,
    ...(startsAt !== undefined && { startsAt }),
    links: [comment.html_url],
    labels: { repository: name, number: issue.number, commentId: comment.id, login: user.login },
  };
}

/** GitHub marks apps and bots by type, and their logins by an ending. */
function isBot({ login, type }: z.infer<typeof Login>): boolean {
  return (type !== null && type !== undefined && type !== 'User') || login.endsWith('[bot]');
}
