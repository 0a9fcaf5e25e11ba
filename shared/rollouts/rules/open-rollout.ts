import { rule } from '../../kernel/index.ts';
import type { JudgeSettings, SloGuard } from '../judge-contract.ts';
import type { Plan } from '../plan-contract.ts';

/** A rollout begins: the outcome is what it is pinned to. */
export const openRolloutRule = rule(
  'open-rollout',
  1,
  (inputs: {
    readonly deployment: string;
    readonly revision: string;
    readonly canary: string;
    readonly baseline: string;
    readonly plan: Plan;
    readonly settings: JudgeSettings;
    /** Absent in what an earlier release has opened. */
    readonly slos?: readonly SloGuard[];
  }) => ({ plan: inputs.plan.digest, canary: inputs.canary, baseline: inputs.baseline }),
);
