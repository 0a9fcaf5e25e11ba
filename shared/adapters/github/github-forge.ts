import type { Forge } from '../../ports/forge.ts';
import { branches } from './branches.ts';
import { comments } from './comments.ts';
import { commits } from './commits.ts';
import { comparisons } from './comparisons.ts';
import { connect, type GithubOptions } from './connection.ts';
import { files } from './files.ts';
import { issues } from './issues.ts';
import { labels } from './labels.ts';
import { merge } from './merge.ts';
import { mergeQueue } from './merge-queue.ts';
import { ownComments } from './own-comments.ts';
import { pullRequests } from './pull-requests.ts';
import { reviews } from './reviews.ts';
import { rules } from './rules.ts';

/** The code forge as GitHub, or whatever answers in its shape at the configured base URL. */
export function githubForge(options: GithubOptions): Forge {
  const connection = connect(options);
  return {
    ...branches(connection),
    ...files(connection),
    ...commits(connection),
    ...comparisons(connection),
    ...pullRequests(connection),
    ...comments(connection),
    ...ownComments(connection),
    ...issues(connection),
    ...labels(connection),
    ...reviews(connection),
    ...rules(connection),
    ...mergeQueue(connection),
    ...merge(connection),
  };
}
