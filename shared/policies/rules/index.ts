import type { AnyRule } from '../../kernel/index.ts';
import { allowedAutonomy } from './allowed-autonomy.ts';
import { askBreakGlass, settleBreakGlass } from './break-glass.ts';
import { evaluatePolicies } from './evaluate-policies.ts';
import { setPolicies } from './set-policies.ts';

/** Every rule of this capability, in every version that a decision may name: for replay. */
export const policyRules: readonly AnyRule[] = [
  setPolicies,
  askBreakGlass,
  settleBreakGlass,
  evaluatePolicies,
  allowedAutonomy,
];
