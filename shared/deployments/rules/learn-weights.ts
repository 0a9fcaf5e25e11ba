import { RISK_FACTORS, type RiskFactorName } from './risk-assessment.ts';

/** How far one outcome moves a weight, and where a weight stays: no factor is forgotten, and none rules alone. */
const RATE = 0.01;
const LEAST = 0.01;
const MOST = 0.5;

export type FactorWeights = Readonly<Record<RiskFactorName, number>>;
export type SeenOutcome = {
  /** Values of the factors, each in [0, 1]. */
  readonly factors: FactorWeights;
  readonly score: number;
  readonly outcome: 0 | 1;
};

/**
 * Weights after outcomes in their order, each by the seed's step (rate x (outcome - score) x factor): a failure that the
 * score did not expect raises the weight of the factors that were high, an unexpected success lowers it. Every step is
 * brought back to weights in [.01, .5] that sum to 1. A proposal: nothing scores with other weights until people agree.
 */
export function learnWeights(weights: FactorWeights, seen: readonly SeenOutcome[]): FactorWeights {
  return seen.reduce(step, weights);
}

function step(weights: FactorWeights, { factors, score, outcome }: SeenOutcome): FactorWeights {
  return bounded((name) => weights[name] + RATE * (outcome - score) * factors[name]);
}

/** The nearest weights that keep the bounds and sum to 1: all are moved by one amount and cut, which is found by halving. */
function bounded(raw: (name: RiskFactorName) => number): FactorWeights {
  const cut = (name: RiskFactorName, by: number) => Math.min(MOST, Math.max(LEAST, raw(name) + by));
  const sum = (by: number) => RISK_FACTORS.reduce((total, name) => total + cut(name, by), 0);
  let low = -2;
  let high = 2;
  while (high - low > 1e-14) {
    const middle = (low + high) / 2;
    if (sum(middle) < 1) low = middle;
    else high = middle;
  }
  const by = (low + high) / 2;
  return {
    service_tier: cut('service_tier', by),
    service_health: cut('service_health', by),
    historical_failure: cut('historical_failure', by),
    blast_radius: cut('blast_radius', by),
    change_complexity: cut('change_complexity', by),
    timing: cut('timing', by),
  };
}
