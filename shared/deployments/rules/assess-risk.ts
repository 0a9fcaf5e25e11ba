import { decimal, Fault, fromDecimal, rule } from '../../kernel/index.ts';
import { bandOf, levelOf } from './bands.ts';
import { betaQuantile } from './beta.ts';
import { calibrated } from './calibration-map.ts';
import { countedPast, precedentsOf } from './failure-history.ts';
import { GENOPS_WEIGHTS } from './genops/score.ts';
import { genopsBeside } from './genops-beside.ts';
import { localTime } from './local-time.ts';
import {
  type AssessRiskInputs,
  type AssessRiskOutcome,
  RISK_FACTORS,
  type RiskFactor,
  type RiskFactorName,
} from './risk-assessment.ts';
import { type FactorValues, riskFactors } from './risk-factors.ts';
import { riskReasons } from './risk-reasons.ts';
import { riskScore, type Weights } from './risk-score.ts';

/** Tails of the interval: 5 % on each side with good precedents, 1 % with none. */
const TAILS = { known: 0.05, unknown: 0.01 } as const;

/**
 * The score we stand behind: six factors with the weights of genops-v1, of which history is the upper bound of a Beta
 * posterior of failure. Monotone: no fact that gets worse, and no failure that is added, lowers it. Among the classes of
 * change it belongs to, the worst governs. Throws Fault('InvalidInput') for a zone or time that does not exist and for
 * weights that are negative or do not sum to 1.
 */
export const assessRisk = rule('assess-risk', 1, (inputs: AssessRiskInputs): AssessRiskOutcome => {
  const weights = weightsOf(inputs);
  const time = localTime(inputs.at, inputs.zone);
  const { service, change, budget, similar } = inputs;
  const facts = {
    ...{ service, change, time, budget: budget === null ? null : fromDecimal(budget) },
    ...{ history: countedPast(inputs.history), similar: precedentsOf(similar.similar) },
  };
  const { score: value, values, governing } = riskScore(facts, weights);
  const tail = TAILS.known - (TAILS.known - TAILS.unknown) * (1 - fromDecimal(similar.confidence));
  const low = betaQuantile(tail, governing.alpha, governing.beta);
  const high = betaQuantile(1 - tail, governing.alpha, governing.beta);
  const interval = {
    low: decimal(sumOf(riskFactors(facts, low, 'low'), weights)),
    high: decimal(sumOf(riskFactors(facts, high, 'high'), weights)),
  };
  const outcome = {
    score: decimal(value),
    band: bandOf(value),
    level: levelOf(value),
    factors: weighed(values, weights),
    probability: {
      class: governing.class,
      alpha: decimal(governing.alpha),
      beta: decimal(governing.beta),
      mean: decimal(governing.alpha / (governing.alpha + governing.beta)),
      low: decimal(low),
      high: decimal(high),
    },
    interval,
    uncertainty: decimal(fromDecimal(interval.high) - fromDecimal(interval.low)),
    ...(inputs.calibration !== undefined && { calibrated: decimal(calibrated(inputs.calibration, value)) }),
    genops: genopsBeside(inputs, time),
  };
  return { ...outcome, reasons: riskReasons(inputs, outcome, governing, time) };
});

function weightsOf({ weights }: AssessRiskInputs): Weights {
  if (weights === undefined) return GENOPS_WEIGHTS;
  const read = (name: RiskFactorName) => fromDecimal(weights[name]);
  const values = RISK_FACTORS.map(read);
  const total = values.reduce((sum, value) => sum + value, 0);
  if (!(Math.abs(total - 1) < 1e-9) || values.some((value) => value < 0))
    throw new Fault('InvalidInput', `weights must not be negative and must sum to 1; they sum to ${total}`);
  return {
    service_tier: read('service_tier'),
    service_health: read('service_health'),
    historical_failure: read('historical_failure'),
    blast_radius: read('blast_radius'),
    change_complexity: read('change_complexity'),
    timing: read('timing'),
  };
}

function weighed(values: FactorValues, weights: Weights): readonly RiskFactor[] {
  return RISK_FACTORS.map((name) => ({
    name,
    value: decimal(values[name]),
    weight: decimal(weights[name]),
    contribution: decimal(values[name] * weights[name]),
  }));
}

function sumOf(values: FactorValues, weights: Weights): number {
  return RISK_FACTORS.reduce((sum, name) => sum + values[name] * weights[name], 0);
}
