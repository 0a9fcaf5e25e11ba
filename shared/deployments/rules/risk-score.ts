import { rounded } from '../../kernel/index.ts';
import { betaQuantile } from './beta.ts';
import { judgedBy } from './change-class.ts';
import { type CountedPast, type Posterior, type Precedent, posteriorOf } from './failure-history.ts';
import { RISK_FACTORS, type RiskFactorName } from './risk-assessment.ts';
import { type FactorFacts, type FactorValues, riskFactors } from './risk-factors.ts';

/** The score takes the probability of failure at its one-sided 95 % bound. */
const BOUND = 0.95;

/** What the score is taken from; numbers have the 12 digits with which they are recorded. */
export type RiskFacts = FactorFacts & {
  readonly history: CountedPast;
  readonly similar: readonly Precedent[];
};
export type Weights = Readonly<Record<RiskFactorName, number>>;

/** The posterior of one class of change and the bound of the probability that it fails. */
export type Bounded = Posterior & { readonly bound: number };
export type RiskScore = {
  /** [0, 1] in 12 digits. */
  readonly score: number;
  readonly values: FactorValues;
  /** Of the worst of the classes it belongs to. */
  readonly governing: Bounded;
};

/** The score of `assessRisk` without anything that explains it: the sum of what the factors contribute, as they are recorded. */
export function riskScore(facts: RiskFacts, weights: Weights): RiskScore {
  const governing = worstPosterior(facts);
  const values = riskFactors(facts, governing.bound, 'likely');
  let sum = 0;
  for (const name of RISK_FACTORS) sum += rounded(values[name] * weights[name]);
  return { score: rounded(sum), values, governing };
}

function worstPosterior({ change, history, similar }: RiskFacts): Bounded {
  const [first, ...others] = judgedBy(change).map((each): Bounded => {
    const posterior = posteriorOf(history, each, similar);
    return { ...posterior, bound: betaQuantile(BOUND, posterior.alpha, posterior.beta) };
  });
  if (first === undefined) throw new Error('every change is judged by a class');
  return others.reduce((worst, each) => (each.bound > worst.bound ? each : worst), first);
}
