import type { RolloutData } from './rollout.ts';
import { otherPlanOf } from './rules/plan-rollout.ts';

/** The digest of the stored plan, where it is not the one of the start, and of the plan that a person has let pass. */
export function planSeen({ plan, waivedPlan }: Pick<RolloutData, 'plan' | 'waivedPlan'>) {
  return { ...otherPlanOf(plan), ...(waivedPlan !== undefined && { waivedPlan }) };
}
