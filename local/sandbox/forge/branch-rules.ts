import { checkRunsOf } from './operations/checks.ts';
import { statusesOf } from './operations/statuses.ts';
import type { BranchRulesRecord, PullRecord } from './records.ts';
import { approvalsOf } from './reviews.ts';
import type { Repository, World } from './world.ts';

const GREEN = new Set(['success', 'neutral', 'skipped']);

const QUEUE_ONLY = 'Changes must be made through the merge queue';

const WORDS_OF_RULE: Readonly<Record<string, string>> = {
  required_signatures: 'Commits must have verified signatures.',
  required_deployments: 'Required deployments are not successful.',
};

export function rulesOf(repository: Repository, branch: string): BranchRulesRecord | undefined {
  return repository.record.read().rules[branch];
}

/** The first rule of the base branch that the pull request does not meet, in GitHub's words; the queue last. */
export function unmetRule(world: World, repository: Repository, pull: PullRecord): string | undefined {
  return (
    missingCheck(repository, pull) ??
    unmetForQueue(world, repository, pull) ??
    (rulesOf(repository, pull.base)?.mergeQueue === true ? QUEUE_ONLY : undefined)
  );
}

/** What keeps a pull request out of the queue; for its checks the queue waits. */
export function unmetForQueue(world: World, repository: Repository, pull: PullRecord): string | undefined {
  const rules = rulesOf(repository, pull.base);
  if (rules === undefined) return undefined;
  if (rules.requiredApprovals > approvalsOf(world, repository, pull)) {
    return `At least ${rules.requiredApprovals} approving review is required by reviewers with write access.`;
  }
  return rules.others.map((rule) => WORDS_OF_RULE[rule]).find((words) => words !== undefined);
}

export function missingCheck(repository: Repository, pull: PullRecord): string | undefined {
  const required = rulesOf(repository, pull.base)?.requiredChecks ?? [];
  const missing = required.find((name) => !isGreen(repository, pull, name));
  return missing === undefined ? undefined : `Required status check "${missing}" is expected.`;
}

function isGreen(repository: Repository, pull: PullRecord, name: string): boolean {
  return (
    checkRunsOf(repository, pull.headSha, 'latest').some(
      (run) => run.name === name && GREEN.has(run.conclusion ?? ''),
    ) ||
    statusesOf(repository, pull.headSha).some(
      (status) => status.context === name && status.state === 'success',
    )
  );
}

export function allGreen(repository: Repository, pull: PullRecord): boolean {
  return (
    checkRunsOf(repository, pull.headSha, 'latest').every((run) => GREEN.has(run.conclusion ?? '')) &&
    statusesOf(repository, pull.headSha).every((status) => status.state === 'success')
  );
}
