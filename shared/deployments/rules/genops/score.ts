import { levelOf, type RiskLevel } from '../bands.ts';
import type { GenopsAutonomy, RiskFactorName } from '../risk-assessment.ts';
import type { GenopsContext, GenopsService, GenopsWeights } from './case.ts';

export const GENOPS_WEIGHTS: GenopsWeights = {
  service_tier: 0.25,
  service_health: 0.15,
  historical_failure: 0.2,
  blast_radius: 0.15,
  change_complexity: 0.15,
  timing: 0.1,
};

/** Above its ceiling, and from .7 in any case, genops-v1 wants a human. */
const CEILINGS: Readonly<Record<GenopsAutonomy, number>> = {
  shadow: 1,
  assisted: 0.3,
  governed: 0.6,
  learning: 0.8,
};
const REVIEW_FROM = 0.7;
const TIER_VALUES = { critical: 0.9, high: 0.7, medium: 0.4, low: 0.2 } as const;

export type GenopsFactors = Readonly<Record<RiskFactorName, number>>;
export type GenopsScore = {
  readonly score: number;
  readonly level: RiskLevel;
  readonly factors: GenopsFactors;
  readonly recommendation: string;
};

/** Health of a service in [0, 1]: the mean of error budget, success rate and availability (seed v1). */
export function genopsHealth(service: GenopsService): number {
  return (service.error_budget_remaining + (1 - service.recent_failure_rate) + service.availability_99d) / 3;
}

/** The six factors of genops-v1, each in [0, 1]; every comparison is strict as the seed writes it. */
function genopsFactors(service: GenopsService, context: GenopsContext): GenopsFactors {
  return {
    service_tier: TIER_VALUES[service.tier],
    service_health: 1 - genopsHealth(service),
    historical_failure: historicalFailure(context),
    blast_radius: Math.min(1, blastRadius(service, context)),
    change_complexity: Math.min(1, complexity(context)),
    timing: Math.min(1, timing(context.time_of_day_hour, context.day_of_week)),
  };
}

/** The score of genops-v1, exactly: sum of weight times factor, the weights normalised to sum 1. */
export function genopsScore(
  service: GenopsService,
  context: GenopsContext,
  weights: GenopsWeights = GENOPS_WEIGHTS,
): GenopsScore {
  const factors = genopsFactors(service, context);
  const score = weighed(factors, weights);
  const level = levelOf(score);
  return { score, level, factors, recommendation: recommendation(level, factors) };
}

/** The same score without its factors and advice. */
export function genopsNumber(service: GenopsService, context: GenopsContext): number {
  return weighed(genopsFactors(service, context), GENOPS_WEIGHTS);
}

function weighed(factors: GenopsFactors, weights: GenopsWeights): number {
  const names = Object.keys(factors) as RiskFactorName[];
  const total = names.reduce((sum, name) => sum + weights[name], 0);
  // In 12 digits: 0.7 must not be missed by the last bit of a sum.
  return Number(
    names.reduce((sum, name) => sum + (weights[name] / total) * factors[name], 0).toPrecision(12),
  );
}

/** Whether genops-v1 asks for a human: from .7, or above the ceiling of the autonomy level. */
export function genopsReview(score: number, autonomy: GenopsAutonomy): boolean {
  return score >= REVIEW_FROM || score > CEILINGS[autonomy];
}

/** The factor `timing` of genops-v1 before it is clipped to 1. Hour 0..23, day 0 = Monday .. 6. */
export function timing(hour: number, day: number): number {
  const night = hour >= 22 || hour <= 6 ? 0.4 : 0;
  if (day === 4) return night + 0.3;
  return day === 5 || day === 6 ? night + 0.5 : night;
}

function historicalFailure(context: GenopsContext): number {
  const count = context.similar_past_failures + context.similar_past_successes;
  return count === 0 ? 0.5 : Math.min(1, (1.5 * context.similar_past_failures) / count);
}

function blastRadius(service: GenopsService, context: GenopsContext): number {
  const reach = above(service.dependencies.length, [
    [10, 0.4],
    [5, 0.2],
    [0, 0.1],
  ]);
  return reach + (context.has_db_migration ? 0.3 : 0) + (context.has_config_change ? 0.2 : 0);
}

function complexity(context: GenopsContext): number {
  const lines = above(context.change_size_lines, [
    [1000, 0.4],
    [500, 0.25],
    [200, 0.1],
  ]);
  const files = above(context.files_changed, [
    [50, 0.3],
    [20, 0.15],
  ]);
  return lines + files + (context.is_hotfix ? 0.2 : 0);
}

/** What the first limit that the value lies above is worth. */
function above(value: number, steps: readonly (readonly [limit: number, worth: number])[]): number {
  return steps.find(([limit]) => value > limit)?.[1] ?? 0;
}

const ADVICE: Readonly<Record<RiskLevel, string>> = {
  critical: 'BLOCK',
  high: 'ESCALATE',
  medium: 'PROCEED WITH CAUTION',
  low: 'AUTO-APPROVE',
};

function recommendation(level: RiskLevel, factors: GenopsFactors): string {
  const top = Object.entries(factors)
    .filter(([, value]) => value > 0.5)
    .toSorted(([, left], [, right]) => right - left)
    .slice(0, 2)
    .map(([name]) => name.replaceAll('_', ' '));
  return top.length === 0 ? ADVICE[level] : `${ADVICE[level]}: ${top.join(', ')}`;
}
