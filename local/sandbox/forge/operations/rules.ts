import { rulesOf } from '../branch-rules.ts';
import type { BranchRulesRecord } from '../records.ts';
import { GithubRefusal } from '../refusal.ts';
import { apiUrl, repositoryShape } from '../shapes/repository.ts';
import { type Call, type Operation, onePage, pathText } from './call.ts';

type Shape = Readonly<Record<string, unknown>>;

const RESET_SECONDS = 3600;
const LIMIT = 5000;

export const getRepository: Operation = async (world, call) => ({
  status: 200,
  body: repositoryShape(world, call.repository),
});

/** Rules of rulesets. Rules set as classic protection stand in `getProtection` alone, as on GitHub. */
export const getBranchRules: Operation = async (_world, call) => {
  const rules = rulesOf(call.repository, pathText(call, 'branch'));
  const shapes = rules === undefined || rules.protection ? [] : rulesetShapes(call, rules);
  return { status: 200, body: onePage(shapes, call.query), total: shapes.length };
};

function rulesetShapes(call: Call, rules: BranchRulesRecord): readonly Shape[] {
  const source = { ruleset_source_type: 'Repository', ruleset_source: call.repository.name, ruleset_id: 1 };
  const checks = {
    type: 'required_status_checks',
    parameters: {
      strict_required_status_checks_policy: false,
      required_status_checks: rules.requiredChecks.map((context) => ({ context })),
    },
  };
  const review = {
    type: 'pull_request',
    parameters: {
      dismiss_stale_reviews_on_push: false,
      require_code_owner_review: false,
      require_last_push_approval: false,
      required_approving_review_count: rules.requiredApprovals,
      required_review_thread_resolution: false,
    },
  };
  const shapes: readonly Shape[] = [
    ...(rules.requiredChecks.length > 0 ? [checks] : []),
    ...(rules.requiredApprovals > 0 ? [review] : []),
    ...(rules.mergeQueue ? [{ type: 'merge_queue' }] : []),
    ...rules.others.map(otherRule),
  ];
  return shapes.map((shape) => ({ ...shape, ...source }));
}

/** GitHub describes no parameters for most of these, and demands them for deployments. */
function otherRule(type: string): Shape {
  const parameters = { required_deployment_environments: ['staging'] };
  return { type, ...(type === 'required_deployments' && { parameters }) };
}

export const getProtection: Operation = async (world, call) => {
  const branch = pathText(call, 'branch');
  const rules = rulesOf(call.repository, branch);
  if (rules === undefined || !rules.protection) throw new GithubRefusal(404, 'Branch not protected');
  const url = `${apiUrl(world, call.repository)}/branches/${encodeURIComponent(branch)}/protection`;
  return {
    status: 200,
    body: {
      url,
      required_status_checks: {
        url: `${url}/required_status_checks`,
        contexts_url: `${url}/required_status_checks/contexts`,
        strict: false,
        contexts: rules.requiredChecks,
        checks: rules.requiredChecks.map((context) => ({ context, app_id: null })),
      },
      required_pull_request_reviews: {
        url: `${url}/required_pull_request_reviews`,
        dismiss_stale_reviews: false,
        require_code_owner_reviews: false,
        required_approving_review_count: rules.requiredApprovals,
      },
    },
  };
};

/** The sandbox never runs out: limits are met in tests by faults. */
export function rateLimitHeaders(now: number): Readonly<Record<string, string>> {
  return {
    'x-ratelimit-limit': String(LIMIT),
    'x-ratelimit-remaining': String(LIMIT - 1),
    'x-ratelimit-used': '1',
    'x-ratelimit-reset': String(Math.floor(now / 1000) + RESET_SECONDS),
    'x-ratelimit-resource': 'core',
  };
}
