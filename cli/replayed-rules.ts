import { approvalRules } from '../shared/approvals/rules/index.ts';
import { deploymentRules } from '../shared/deployments/rules/index.ts';
import type { AnyRule } from '../shared/kernel/index.ts';
import { policyRules } from '../shared/policies/rules/index.ts';
import { rollbackRules } from '../shared/rollbacks/rules/index.ts';
import { rolloutRules } from '../shared/rollouts/rules/index.ts';
import { serviceRules } from '../shared/services/rules/index.ts';

/** Every rule of every capability, in every version: what `ledger replay` recomputes decisions with. */
export const REPLAYED_RULES: readonly AnyRule[] = [
  ...approvalRules,
  ...deploymentRules,
  ...policyRules,
  ...rollbackRules,
  ...rolloutRules,
  ...serviceRules,
];
