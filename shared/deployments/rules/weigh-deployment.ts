import { rule } from '../../kernel/index.ts';
import { assessRisk } from './assess-risk.ts';
import { findSimilar } from './find-similar.ts';
import type {
  AssessRiskInputs,
  AssessRiskOutcome,
  FindSimilarInputs,
  FindSimilarOutcome,
} from './risk-assessment.ts';

export type WeighInputs = {
  readonly find: FindSimilarInputs;
  readonly risk: Omit<AssessRiskInputs, 'similar'>;
};
export type WeighOutcome = { readonly similar: FindSimilarOutcome; readonly risk: AssessRiskOutcome };

/** The past that a deployment resembles, and the risk that follows from it: one decision, from inputs that are all here. */
export const weighDeployment = rule('weigh-deployment', 1, ({ find, risk }: WeighInputs): WeighOutcome => {
  const similar = findSimilar.decide(find);
  return { similar, risk: assessRisk.decide({ ...risk, similar }) };
});
