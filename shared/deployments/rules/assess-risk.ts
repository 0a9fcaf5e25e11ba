import { decimal, fromDecimal, rule } from '../../kernel/index.ts';
import { bandOf, levelOf } from './bands.ts';
import { betaQuantile } from './beta.ts';
import { calibrated } from './calibration-map.ts';
import { judgedBy } from './change-class.ts';
import { type Posterior, posteriorOf } from './failure-history.ts';
import { GENOPS_WEIGHTS } from './genops/score.ts';
import { genopsBeside } from './genops-beside.ts';
import {
  type AssessRiskInputs,
  type AssessRiskOutcome,
  RISK_FACTORS,
  type RiskFactor,
} from './risk-assessment.ts';
import { type FactorValues, riskFactors } from './risk-factors.ts';
import { riskReasons } from './risk-reasons.ts';

/** The score takes the probability of failure at its one-sided 95 % bound. */
const BOUND = 0.95;
/** Tails of the interval: 5 % on each side with good precedents, 1 % with none. */
const TAILS = { known: 0.05, unknown: 0.01 } as const;

/**
 * The score we stand behind: six factors with the weights of genops-v1, of which history is the upper bound of a Beta
 * posterior of failure. Monotone: no fact that gets worse, and no failure that is added, lowers it. Among the classes of
 * change it belongs to, the worst governs. Throws Fault('InvalidInput') for a zone or time that does not exist.
 */
export const assessRisk = rule('assess-risk', 1, (inputs: AssessRiskInputs): AssessRiskOutcome => {
  const governing = worstPosterior(inputs);
  const tail = TAILS.known - (TAILS.known - TAILS.unknown) * (1 - fromDecimal(inputs.similar.confidence));
  const low = betaQuantile(tail, governing.alpha, governing.beta);
  const high = betaQuantile(1 - tail, governing.alpha, governing.beta);
  const factors = weighed(riskFactors(inputs, governing.bound, 'likely'));
  const score = scoreOf(factors);
  const value = fromDecimal(score);
  const interval = {
    low: scoreOf(weighed(riskFactors(inputs, low, 'low'))),
    high: scoreOf(weighed(riskFactors(inputs, high, 'high'))),
  };
  const outcome = {
    score,
    band: bandOf(value),
    level: levelOf(value),
    factors,
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
    genops: genopsBeside(inputs),
  };
  return { ...outcome, reasons: riskReasons(inputs, outcome, governing) };
});

type Bounded = Posterior & { readonly bound: number };

function worstPosterior(inputs: AssessRiskInputs): Bounded {
  const [first, ...others] = judgedBy(inputs.change).map((each): Bounded => {
    const posterior = posteriorOf(inputs.history, each, inputs.similar.similar);
    return { ...posterior, bound: betaQuantile(BOUND, posterior.alpha, posterior.beta) };
  });
  if (first === undefined) throw new Error('every change is judged by a class');
  return others.reduce((worst, each) => (each.bound > worst.bound ? each : worst), first);
}

function weighed(values: FactorValues): readonly RiskFactor[] {
  return RISK_FACTORS.map((name) => ({
    name,
    value: decimal(values[name]),
    weight: decimal(GENOPS_WEIGHTS[name]),
    contribution: decimal(values[name] * GENOPS_WEIGHTS[name]),
  }));
}

function scoreOf(factors: readonly RiskFactor[]): string {
  return decimal(factors.reduce((sum, { contribution }) => sum + fromDecimal(contribution), 0));
}
