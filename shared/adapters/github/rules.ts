import * as z from 'zod';
import type { BranchRules, Forge } from '../../ports/forge.ts';
import { type Connection, parse, repositoryOf } from './connection.ts';
import { allPages } from './pages.ts';

const Checks = z.array(z.looseObject({ context: z.string() }));
const Rule = z.looseObject({
  type: z.string(),
  parameters: z
    .looseObject({
      required_status_checks: Checks.optional(),
      required_approving_review_count: z.int().nonnegative().optional(),
    })
    .optional(),
});
const Protection = z.looseObject({
  required_status_checks: z
    .looseObject({ contexts: z.array(z.string()).optional(), checks: Checks.optional() })
    .nullish(),
  required_pull_request_reviews: z
    .looseObject({ required_approving_review_count: z.int().nonnegative().optional() })
    .nullish(),
});

// none, or not for us to see; either way the merge call itself enforces it
const UNSEEN = [403, 404];

/** Rulesets and classic protection of a branch, the stricter of both. */
export function rules(connection: Connection): Pick<Forge, 'rules'> {
  return {
    rules: async (repository, branch) => {
      const parameters = { ...repositoryOf(repository), branch };
      const ruleset = await allPages(
        connection,
        { route: 'GET /repos/{owner}/{repo}/rules/branches/{branch}', parameters },
        Rule,
      );
      const answer = await connection.call({
        route: 'GET /repos/{owner}/{repo}/branches/{branch}/protection',
        parameters,
        expected: UNSEEN,
      });
      const protection =
        answer.status === 200 ? parse(Protection, answer.data, `protection of ${branch}`) : {};
      return combined(ruleset, protection);
    },
  };
}

function combined(
  ruleset: readonly z.infer<typeof Rule>[],
  protection: Partial<z.infer<typeof Protection>>,
): BranchRules {
  const checks = [
    ...ruleset.flatMap((rule) => rule.parameters?.required_status_checks ?? []),
    ...(protection.required_status_checks?.checks ?? []),
  ].map(({ context }) => context);
  const approvals = [
    ...ruleset.map((rule) => rule.parameters?.required_approving_review_count ?? 0),
    protection.required_pull_request_reviews?.required_approving_review_count ?? 0,
  ];
  return {
    requiredChecks: [...new Set([...checks, ...(protection.required_status_checks?.contexts ?? [])])],
    requiredApprovals: Math.max(...approvals),
    mergeQueue: ruleset.some((rule) => rule.type === 'merge_queue'),
  };
}
