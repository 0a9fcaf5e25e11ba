import { unmetRule } from '../branch-rules.ts';
import { squash } from '../merging.ts';
import { GithubRefusal } from '../refusal.ts';
import { type Operation, pullOf, textOf } from './call.ts';

/** One commit on the base branch, only while the head is where `sha` says. */
export const mergePull: Operation = async (world, call) => {
  const pull = pullOf(call);
  if (pull.state === 'closed') throw new GithubRefusal(405, 'Pull Request is not mergeable');
  const method = textOf(call, 'merge_method') ?? 'merge';
  if (method !== 'squash') {
    throw new GithubRefusal(405, `This repository allows only squash merges, not ${method}`);
  }
  const expected = textOf(call, 'sha');
  if (expected !== undefined && expected !== pull.headSha) {
    throw new GithubRefusal(409, 'Head branch was modified. Review and try the merge again.');
  }
  const unmet = unmetRule(world, call.repository, pull);
  if (unmet !== undefined) throw new GithubRefusal(405, unmet);
  const sha = await squash(world, call.repository, pull, {
    login: call.login,
    title: textOf(call, 'commit_title'),
    message: textOf(call, 'commit_message'),
  });
  return { status: 200, body: { sha, merged: true, message: 'Pull Request successfully merged' } };
};
