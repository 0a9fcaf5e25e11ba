import type { RiskLevel } from '../bands.ts';
import type { GenopsAutonomy } from '../risk-assessment.ts';
import { genopsReview } from './score.ts';

type BudgetVerdict = {
  readonly allowed: boolean;
  readonly severity: 'ERROR_BUDGET_EXHAUSTED' | 'WARNING' | 'OK';
};

/** Error-budget gate of genops-v1: nothing left refuses, below a tenth warns. */
export function genopsErrorBudget(remaining: number): BudgetVerdict {
  if (remaining <= 0) return { allowed: false, severity: 'ERROR_BUDGET_EXHAUSTED' };
  return { allowed: true, severity: remaining < 0.1 ? 'WARNING' : 'OK' };
}

const STANDARD = ['1%', '5%', '25%', '50%', '100%'];
const INTENSIVE = ['1%', '2%', '5%', '10%', '25%', '50%', '100%'];
/** v1 gives `critical` the standard list: a slip that is not kept. */
const WATCH: Readonly<
  Record<RiskLevel, { readonly monitoring_level: string; readonly canary_stages: readonly string[] }>
> = {
  low: { monitoring_level: 'standard', canary_stages: STANDARD },
  medium: { monitoring_level: 'enhanced', canary_stages: ['1%', '5%', '15%', '30%', '50%', '100%'] },
  high: { monitoring_level: 'intensive', canary_stages: INTENSIVE },
  critical: { monitoring_level: 'intensive', canary_stages: INTENSIVE },
};

type AutonomyDecision = {
  readonly allowed: boolean;
  readonly action: 'block' | 'await_approval' | 'proceed';
  readonly human_gate_required: boolean;
  readonly monitoring_level: string;
  readonly canary_stages: readonly string[];
};

/** What genops-v1 lets happen at a score: block without budget, a human where one is asked for, otherwise proceed. */
export function genopsDecision(
  assessed: { readonly score: number; readonly level: RiskLevel },
  budget: number,
  autonomy: GenopsAutonomy,
): AutonomyDecision {
  const { allowed } = genopsErrorBudget(budget);
  const human = genopsReview(assessed.score, autonomy);
  const onward = human ? 'await_approval' : 'proceed';
  return {
    allowed,
    action: allowed ? onward : 'block',
    human_gate_required: human,
    ...WATCH[assessed.level],
  };
}
