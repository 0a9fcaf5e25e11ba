import { branchSha } from '../git/read-objects.ts';
import { commitTree, mergedTree, moveBranch } from '../git/write-objects.ts';
import { pushed, tellPull } from '../push.ts';
import { type PullRecord, withPull } from '../records.ts';
import { GithubRefusal } from '../refusal.ts';
import { emailOf } from '../shapes/commit.ts';
import { githubTime, type World } from '../world.ts';
import { type Call, type Operation, pullOf, textOf } from './call.ts';
import { checkRunsOf } from './checks.ts';
import { rulesOf } from './rules.ts';
import { statusesOf } from './statuses.ts';

const GREEN = new Set(['success', 'neutral', 'skipped']);

/** What GitHub says of a pull request before somebody tries: computed here from the repository as it is now. */
export async function mergeability(
  call: Call,
  pull: PullRecord,
): Promise<{ readonly mergeable: boolean | null; readonly mergeableState: string }> {
  if (pull.state === 'closed') return { mergeable: null, mergeableState: 'unknown' };
  const base = await branchSha(call.repository.git, pull.base);
  const tree = base === undefined ? undefined : await mergedTree(call.repository.git, base, pull.headSha);
  if (tree === undefined) return { mergeable: false, mergeableState: 'dirty' };
  if (unmetRule(call, pull) !== undefined) return { mergeable: true, mergeableState: 'blocked' };
  return { mergeable: true, mergeableState: allGreen(call, pull) ? 'clean' : 'unstable' };
}

/** One commit on the base branch, only while the head is where `sha` says. */
export const mergePull: Operation = async (world, call) => {
  const pull = pullOf(call);
  const { git } = call.repository;
  if (pull.state === 'closed') throw new GithubRefusal(405, 'Pull Request is not mergeable');
  const method = textOf(call, 'merge_method') ?? 'merge';
  if (method !== 'squash')
    throw new GithubRefusal(405, `This repository allows only squash merges, not ${method}`);
  const expected = textOf(call, 'sha');
  if (expected !== undefined && expected !== pull.headSha) {
    throw new GithubRefusal(409, 'Head branch was modified. Review and try the merge again.');
  }
  const unmet = unmetRule(call, pull);
  if (unmet !== undefined) throw new GithubRefusal(405, unmet);
  const base = await branchSha(git, pull.base);
  const tree = base === undefined ? undefined : await mergedTree(git, base, pull.headSha);
  if (base === undefined || tree === undefined) {
    throw new GithubRefusal(405, 'Pull Request is not mergeable');
  }
  const sha = await commitTree(git, tree, squashCommit(world, call, pull, base));
  if (!(await moveBranch(git, pull.base, base, sha))) {
    throw new GithubRefusal(405, 'Base branch was modified. Review and try the merge again.');
  }
  await closeAsMerged(world, call, pull, { before: base, sha });
  return { status: 200, body: { sha, merged: true, message: 'Pull Request successfully merged' } };
};

function squashCommit(
  world: World,
  call: Call,
  pull: PullRecord,
  parent: string,
): Parameters<typeof commitTree>[2] {
  const title = textOf(call, 'commit_title') ?? `${pull.title} (#${pull.number})`;
  const message = textOf(call, 'commit_message') ?? '';
  return {
    parent,
    message: message === '' ? title : `${title}\n\n${message}`,
    author: { name: call.login, email: emailOf(call.login) },
    at: world.now(),
  };
}

/** The first rule of the base branch that the pull request does not meet, in GitHub's words. */
function unmetRule(call: Call, pull: PullRecord): string | undefined {
  const rules = rulesOf(call, pull.base);
  if (rules === undefined) return undefined;
  const missing = rules.requiredChecks.find((name) => !isGreen(call, pull, name));
  if (missing !== undefined) return `Required status check "${missing}" is expected.`;
  if (rules.requiredApprovals > 0) {
    return `At least ${rules.requiredApprovals} approving review is required by reviewers with write access.`;
  }
  return rules.mergeQueue ? 'Changes must be made through the merge queue' : undefined;
}

function isGreen(call: Call, pull: PullRecord, name: string): boolean {
  return (
    checkRunsOf(call.repository, pull.headSha, 'latest').some(
      (run) => run.name === name && GREEN.has(run.conclusion ?? ''),
    ) ||
    statusesOf(call.repository, pull.headSha).some(
      (status) => status.context === name && status.state === 'success',
    )
  );
}

function allGreen(call: Call, pull: PullRecord): boolean {
  return (
    checkRunsOf(call.repository, pull.headSha, 'latest').every((run) => GREEN.has(run.conclusion ?? '')) &&
    statusesOf(call.repository, pull.headSha).every((status) => status.state === 'success')
  );
}

async function closeAsMerged(
  world: World,
  call: Call,
  pull: PullRecord,
  moved: { readonly before: string; readonly sha: string },
): Promise<void> {
  const at = githubTime(world.now());
  const merged: PullRecord = {
    ...pull,
    state: 'closed',
    closedAt: at,
    updatedAt: at,
    merge: { sha: moved.sha, login: call.login, at },
  };
  call.repository.record.change((record) => withPull(record, pull.number, () => merged));
  tellPull(world, call.repository, call.login, 'closed', merged);
  await pushed(world, call.repository, {
    branch: pull.base,
    before: moved.before,
    after: moved.sha,
    login: call.login,
  });
}
