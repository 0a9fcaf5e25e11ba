import { genopsStages } from '../../shared/deployments/rules/genops/canary.ts';
import type { GenopsCase } from '../../shared/deployments/rules/genops/case.ts';
import { genopsErrorBudget } from '../../shared/deployments/rules/genops/governance.ts';
import { genopsReview, genopsScore } from '../../shared/deployments/rules/genops/score.ts';

type Run = {
  readonly status: string;
  readonly risk_score: number;
  readonly stages_run: number;
  readonly events: readonly string[];
};

/**
 * The order of the seed's pipeline over the product's own rules, so that its order can be compared. Its policies are
 * here as far as its pipeline cases reach them (test/conformance/genops-policies.test.ts holds the product's to all of
 * them), and so is its simulated approval, which the product has nowhere. Two things are as the seed's documents say
 * and not as its code does: shadow observes, and a review that is asked for is waited for.
 */
export function genopsPipeline(
  { service, context, autonomy }: GenopsCase,
  run: { readonly failAtStage: number | null; readonly autoApprove: boolean },
): Run {
  const { score, level } = genopsScore(service, context);
  const assessed = ['deployment_started', 'context_gathered', 'risk_assessed'];
  const ended = (status: string, stages_run: number, ...events: readonly string[]): Run => ({
    ...{ status, risk_score: score, stages_run },
    events: [...assessed, ...events],
  });
  if (!genopsErrorBudget(service.error_budget_remaining).allowed)
    return ended('failed', 0, 'deployment_blocked');
  if (context.day_of_week === 4 && context.time_of_day_hour >= 16)
    return ended('failed', 0, 'policies_evaluated', 'deployment_blocked');
  if (autonomy === 'shadow') return ended('observed', 0, 'policies_evaluated');
  const gated =
    (service.tier === 'critical' && score > 0.5) ||
    (context.has_db_migration && (service.tier === 'critical' || service.tier === 'high')) ||
    genopsReview(score, autonomy);
  if (gated && !run.autoApprove) return ended('pending', 0, 'policies_evaluated', 'awaiting_approval');
  const approved = ['policies_evaluated', ...(gated ? ['human_approval'] : []), 'canary_completed'];
  const stages = genopsStages(level).length;
  if (run.failAtStage === null) return ended('completed', stages, ...approved, 'deployment_completed');
  return ended('rolled_back', run.failAtStage + 1, ...approved, 'rollback_executed');
}
