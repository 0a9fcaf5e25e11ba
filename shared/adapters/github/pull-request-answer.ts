import * as z from 'zod';
import { isoTime, millis } from '../../kernel/time.ts';
import type { PullRequest } from '../../ports/forge.ts';

const Account = z.looseObject({ login: z.string() });
const Side = z.looseObject({ ref: z.string(), sha: z.string() });

/** A pull request as in lists, and the fields that only a single one has. */
export const PullAnswer = z.looseObject({
  number: z.int().positive(),
  html_url: z.string(),
  state: z.enum(['open', 'closed']),
  title: z.string(),
  body: z.string().nullable(),
  head: Side,
  base: Side,
  labels: z.array(z.looseObject({ name: z.string() })),
  user: Account.nullable(),
  created_at: z.iso.datetime({ offset: true }),
  merged_at: z.string().nullable(),
  merge_commit_sha: z.string().nullable(),
  merged_by: Account.nullish(),
  mergeable: z.boolean().nullish(),
});
export type PullAnswer = z.infer<typeof PullAnswer>;

/** As GitHub shows it. */
export const DELETED_ACCOUNT = 'ghost';

export function pullRequestOf(answer: PullAnswer): PullRequest {
  const isMerged = answer.merged_at !== null;
  const mergedBy = answer.merged_by?.login;
  return {
    number: answer.number,
    url: answer.html_url,
    state: isMerged ? 'merged' : answer.state,
    title: answer.title,
    body: answer.body ?? '',
    headBranch: answer.head.ref,
    headSha: answer.head.sha,
    baseBranch: answer.base.ref,
    baseSha: answer.base.sha,
    labels: answer.labels.map(({ name }) => name),
    authorLogin: answer.user?.login ?? DELETED_ACCOUNT,
    ...(mergedBy !== undefined && { mergedByLogin: mergedBy }),
    // of an open pull request this is GitHub's trial merge, which is on no branch
    ...(isMerged && answer.merge_commit_sha !== null && { mergeCommitSha: answer.merge_commit_sha }),
    ...(typeof answer.mergeable === 'boolean' && { mergeable: answer.mergeable }),
    createdAt: isoTime(millis(answer.created_at)),
  };
}
