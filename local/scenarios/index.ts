import { candidateWalk } from './candidate-walk.ts';
import { ciRed } from './ci-red.ts';
import { fiveAtOnce } from './five-at-once.ts';
import { humanMergesFirst } from './human-merges-first.ts';
import { observeOnly } from './observe-only.ts';
import { rollbackProduction } from './rollback-production.ts';
import { rollbackStaging } from './rollback-staging.ts';
import type { Scenario } from './scenario.ts';
import { selfHeal } from './self-heal.ts';

/** Every journey; the demo runs them side by side. */
export const SCENARIOS: readonly Scenario[] = [
  rollbackStaging,
  selfHeal,
  candidateWalk,
  observeOnly,
  ciRed,
  humanMergesFirst,
  rollbackProduction,
  fiveAtOnce,
];
