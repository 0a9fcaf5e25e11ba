import { candidateWalk } from './candidate-walk.ts';
import { ciRed } from './ci-red.ts';
import { deployBadErrors, deploySlow } from './deploy-bad.ts';
import { deployBlockedByPolicy } from './deploy-blocked-by-policy.ts';
import { deployGood } from './deploy-good.ts';
import { deployNeedsApproval } from './deploy-needs-approval.ts';
import { fiveAtOnce } from './five-at-once.ts';
import { humanMergesFirst } from './human-merges-first.ts';
import { observeOnly } from './observe-only.ts';
import { rollbackProduction } from './rollback-production.ts';
import { rollbackStaging } from './rollback-staging.ts';
import type { Scenario } from './scenario.ts';
import { selfHeal } from './self-heal.ts';

/** Something degrades, and Holdfast goes back. */
export const ROLLBACK_SCENARIOS: readonly Scenario[] = [
  rollbackStaging,
  selfHeal,
  candidateWalk,
  observeOnly,
  ciRed,
  humanMergesFirst,
  rollbackProduction,
  fiveAtOnce,
];
/** A change is governed and rolled out. */
export const DEPLOYMENT_SCENARIOS: readonly Scenario[] = [
  deployGood,
  deployBadErrors,
  deploySlow,
  deployBlockedByPolicy,
  deployNeedsApproval,
];
/** Every journey; the demo runs them side by side. */
export const SCENARIOS: readonly Scenario[] = [...ROLLBACK_SCENARIOS, ...DEPLOYMENT_SCENARIOS];
