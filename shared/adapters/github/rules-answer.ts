import * as z from 'zod';

const Checks = z.array(z.looseObject({ context: z.string() }));
const Switch = z.looseObject({ enabled: z.boolean() }).optional();

/** One active rule of a branch, from whatever ruleset. */
export const Rule = z.looseObject({
  type: z.string(),
  parameters: z
    .looseObject({
      required_status_checks: Checks.optional(),
      required_approving_review_count: z.int().nonnegative().optional(),
      require_code_owner_review: z.boolean().optional(),
      require_last_push_approval: z.boolean().optional(),
      required_review_thread_resolution: z.boolean().optional(),
      allowed_merge_methods: z.array(z.string()).optional(),
    })
    .optional(),
});
export type RuleAnswer = z.infer<typeof Rule>;

/** Classic branch protection. */
export const Protection = z.looseObject({
  required_status_checks: z
    .looseObject({ contexts: z.array(z.string()).optional(), checks: Checks.optional() })
    .nullish(),
  required_pull_request_reviews: z
    .looseObject({
      required_approving_review_count: z.int().nonnegative().optional(),
      require_code_owner_reviews: z.boolean().optional(),
      require_last_push_approval: z.boolean().optional(),
    })
    .nullish(),
  required_signatures: Switch,
  required_conversation_resolution: Switch,
  lock_branch: Switch,
});
export type ProtectionAnswer = z.infer<typeof Protection>;

export const NO_PROTECTION: ProtectionAnswer = {};
