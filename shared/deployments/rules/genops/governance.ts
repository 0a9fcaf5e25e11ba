import type { RiskLevel } from '../bands.ts';
import type { GenopsAutonomy } from '../risk-assessment.ts';
import type { GenopsContext, GenopsService } from './case.ts';
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

/** Facts of genops-v1 and the two that its v2 declares and never reads; a fact that is absent is not held against anyone here. */
export type GenopsPolicyFacts = {
  readonly service?: GenopsService;
  readonly context?: GenopsContext;
  readonly risk_score?: number;
  readonly involves_personal_data?: boolean;
  readonly involves_payment_data?: boolean;
  readonly pci_compliant?: boolean;
};
type Policy = {
  readonly name: string;
  readonly action: 'block' | 'require_approval' | 'warn';
  readonly matches: (facts: GenopsPolicyFacts) => boolean;
};

const POLICIES: readonly Policy[] = [
  {
    name: 'critical_service_human_review',
    action: 'require_approval',
    matches: ({ service, risk_score = 0 }) => service?.tier === 'critical' && risk_score > 0.5,
  },
  {
    name: 'no_friday_deployments',
    action: 'block',
    matches: ({ context }) =>
      context !== undefined && context.day_of_week === 4 && context.time_of_day_hour >= 16,
  },
  {
    name: 'error_budget_protection',
    action: 'block',
    matches: ({ service }) => service !== undefined && service.error_budget_remaining <= 0,
  },
  {
    name: 'db_migration_review',
    action: 'require_approval',
    matches: ({ service, context }) =>
      context?.has_db_migration === true && (service?.tier === 'critical' || service?.tier === 'high'),
  },
  {
    name: 'large_change_caution',
    action: 'warn',
    matches: ({ context }) => context !== undefined && context.change_size_lines > 1000,
  },
  {
    name: 'gdpr_data_processing',
    action: 'require_approval',
    matches: ({ involves_personal_data, risk_score = 0 }) =>
      involves_personal_data === true && risk_score > 0.3,
  },
  {
    name: 'pci_compliance_check',
    action: 'block',
    matches: ({ involves_payment_data, pci_compliant }) =>
      involves_payment_data === true && pci_compliant !== true,
  },
];

type PolicyVerdict = {
  readonly allowed: boolean;
  readonly requires_approval: boolean;
  readonly violated: readonly string[];
  readonly warnings: readonly string[];
};

/** The policies of genops-v1, all of them evaluated; a block dominates an approval. */
export function genopsPolicies(facts: GenopsPolicyFacts): PolicyVerdict {
  const violated = POLICIES.filter(({ matches }) => matches(facts));
  const withAction = (action: Policy['action']) => violated.filter((policy) => policy.action === action);
  return {
    allowed: withAction('block').length === 0,
    requires_approval: withAction('require_approval').length > 0,
    violated: violated.map(({ name }) => name),
    warnings: withAction('warn').map(({ name }) => name),
  };
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
