import type { BranchRules, Forge } from '../../ports/forge.ts';
import { type Connection, parse, type Reader, repositoryOf } from './connection.ts';
import { allPages } from './pages.ts';
import { NO_PROTECTION, Protection, type ProtectionAnswer, Rule, type RuleAnswer } from './rules-answer.ts';

// none, or not for us to see; either way the merge call itself enforces it
const UNSEEN = [403, 404];

/** Rules that a squash of a pull request always meets, or that are read into fields of their own. */
const WORDS_OF_RULE: Readonly<Record<string, string>> = {
  required_deployments: 'deployments',
  required_signatures: 'signed commits',
  update: 'nobody but those who may bypass the rules',
  workflows: 'workflows of the organization',
  code_scanning: 'code scanning',
  code_quality: 'code quality',
};

/** Rulesets and classic protection of a branch, the stricter of both. */
export function rules(connection: Connection): Pick<Forge, 'rules'> {
  return {
    rules: async (repository, branch) => {
      const [ruleset, answer] = await Promise.all([
        readRuleset(connection, repository, branch),
        connection.call({
          route: 'GET /repos/{owner}/{repo}/branches/{branch}/protection',
          parameters: { ...repositoryOf(repository), branch },
          expected: UNSEEN,
        }),
      ]);
      const protection =
        answer.status === 200 ? parse(Protection, answer.data, `protection of ${branch}`) : NO_PROTECTION;
      return combined(ruleset, protection);
    },
  };
}

export async function hasMergeQueue(reader: Reader, repository: string, branch: string): Promise<boolean> {
  return isQueued(await readRuleset(reader, repository, branch));
}

function readRuleset(reader: Reader, repository: string, branch: string): Promise<readonly RuleAnswer[]> {
  const parameters = { ...repositoryOf(repository), branch };
  return allPages(reader, { route: 'GET /repos/{owner}/{repo}/rules/branches/{branch}', parameters }, Rule);
}

function isQueued(ruleset: readonly RuleAnswer[]): boolean {
  return ruleset.some((rule) => rule.type === 'merge_queue');
}

function combined(ruleset: readonly RuleAnswer[], protection: ProtectionAnswer): BranchRules {
  const checks = [
    ...ruleset.flatMap((rule) => rule.parameters?.required_status_checks ?? []),
    ...(protection.required_status_checks?.checks ?? []),
  ].map(({ context }) => context);
  const reviews = [...ruleset.map((rule) => rule.parameters ?? {}), protection.required_pull_request_reviews];
  const also = [...new Set([...ruleset.flatMap(furtherOfRule), ...furtherOfProtection(protection)])];
  return {
    requiredChecks: [...new Set([...checks, ...(protection.required_status_checks?.contexts ?? [])])],
    requiredApprovals: Math.max(...reviews.map((review) => approvalsOf(review ?? {}))),
    mergeQueue: isQueued(ruleset),
    ...(also.length > 0 && { alsoRequires: also }),
  };
}

type ReviewRule = {
  readonly required_approving_review_count?: number | undefined;
  readonly require_code_owner_review?: boolean | undefined;
  readonly require_code_owner_reviews?: boolean | undefined;
  readonly require_last_push_approval?: boolean | undefined;
};

/** A review by an owner, or of the last push, is an approval even where the count says none. */
function approvalsOf(rule: ReviewRule): number {
  const isReviewed =
    rule.require_code_owner_review === true ||
    rule.require_code_owner_reviews === true ||
    rule.require_last_push_approval === true;
  return Math.max(rule.required_approving_review_count ?? 0, isReviewed ? 1 : 0);
}

function furtherOfRule(rule: RuleAnswer): readonly string[] {
  const words = WORDS_OF_RULE[rule.type];
  const methods = rule.parameters?.allowed_merge_methods;
  return [
    ...(words === undefined ? [] : [words]),
    ...(rule.parameters?.required_review_thread_resolution === true ? ['resolved conversations'] : []),
    ...(methods !== undefined && !methods.includes('squash') ? [`a merge by ${methods.join(' or ')}`] : []),
  ];
}

function furtherOfProtection(protection: ProtectionAnswer): readonly string[] {
  return [
    ...(protection.required_signatures?.enabled === true ? ['signed commits'] : []),
    ...(protection.required_conversation_resolution?.enabled === true ? ['resolved conversations'] : []),
    ...(protection.lock_branch?.enabled === true ? ['an unlocked branch'] : []),
  ];
}
