import { rule } from '../../kernel/index.ts';
import { type PlanInputs, type PlanOutcome, planRollout } from '../../rollouts/index.ts';

export type StartRolloutInputs = {
  readonly rollout: string;
  readonly plan: PlanInputs;
  /** What could not be read or frozen before the start, in words. */
  readonly notes: readonly string[];
};
export type StartRolloutOutcome = PlanOutcome & { readonly rollout: string };

/** The plan of a cleared deployment, and what a certificate will take: said before anything moves. */
export const startRolloutRule = rule(
  'start-rollout',
  1,
  ({ rollout, plan }: StartRolloutInputs): StartRolloutOutcome => ({ rollout, ...planRollout.decide(plan) }),
);
