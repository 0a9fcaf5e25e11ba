import {
  type DecideDeploymentInputs,
  type DecideDeploymentOutcome,
  decideDeployment,
} from '../../shared/deployments/rules/decide-deployment.ts';
import type { RiskFactorName } from '../../shared/deployments/rules/risk-assessment.ts';
import { triedInputs } from '../../shared/deployments/rules/tried-inputs.ts';
import { type WeighInputs, weighDeployment } from '../../shared/deployments/rules/weigh-deployment.ts';
import type { ReadSet } from '../policy-document.ts';
import type { RecordedDeployment } from './recorded-decisions.ts';

export type Weights = Readonly<Record<RiskFactorName, string>>;
/** What is to be tried: a set of policies, other weights of the risk score, or the score of genops-v1. */
export type Trial = {
  readonly policies?: ReadSet;
  readonly weights?: Weights;
  readonly profile?: 'holdfast' | 'genops-v1';
};

export type Difference = {
  readonly what: string;
  readonly was: string;
  readonly wouldBe: string;
};
export type Replayed = {
  readonly id: string;
  readonly service: string;
  readonly environment: string;
  readonly at: string;
  readonly was: string;
  readonly wouldBe: string;
  readonly differences: readonly Difference[];
  /** Policies that have a say under the trial, in their own words. */
  readonly reasons: readonly string[];
};

/**
 * What would have been decided of a deployment under a trial, from the inputs that its decisions recorded and with the
 * rules of today. Undefined where nothing was decided. Of a deployment that was decided on twice the first decision that
 * would have been another counts; the answer of a person stays what it was.
 */
export function replayed({ id, weighed, decided }: RecordedDeployment, trial: Trial): Replayed | undefined {
  const each = decided.map(({ inputs }) => one(id, inputs, weighed, trial));
  return each.find(({ differences }) => differences.length > 0) ?? each.at(-1);
}

function one(
  id: string,
  inputs: DecideDeploymentInputs,
  weighed: WeighInputs | undefined,
  trial: Trial,
): Replayed {
  const before = decideDeployment.decide(inputs);
  const tried = inputsUnder(inputs, weighed, trial);
  const after = decideDeployment.decide(tried);
  return {
    ...{ id, service: inputs.policies.facts.service ?? '', environment: inputs.autonomy.environment },
    ...{ at: inputs.policies.at, was: wordOf(before), wouldBe: wordOf(after) },
    differences: [...different('score', scoreOf(inputs), scoreOf(tried)), ...differencesOf(before, after)],
    reasons: after.policies.results
      .filter(({ cameTo }) => cameTo !== 'nothing' && cameTo !== 'permit')
      .map(({ id: policy, cameTo, reason }) => `${policy}: ${cameTo}: ${reason}`),
  };
}

function inputsUnder(
  inputs: DecideDeploymentInputs,
  weighed: WeighInputs | undefined,
  trial: Trial,
): DecideDeploymentInputs {
  const score = triedScore(inputs.autonomy.score, weighed, trial);
  if (trial.policies === undefined) return triedInputs(inputs, { score });
  // the exceptions belong to the set; what two people broke stays broken
  const glass = inputs.policies.exceptions.filter(({ kind }) => kind === 'break-glass');
  const own = trial.policies.exceptions.map((each) => ({ kind: 'exception' as const, ...each }));
  return triedInputs(inputs, { score, set: trial.policies.set, exceptions: [...own, ...glass] });
}

/** Without its recorded inputs a deployment keeps its score. */
function triedScore(recorded: string, weighed: WeighInputs | undefined, { weights, profile }: Trial): string {
  if (weighed === undefined || (weights === undefined && profile !== 'genops-v1')) return recorded;
  const { risk } = weighDeployment.decide({
    ...weighed,
    risk: { ...weighed.risk, ...(weights !== undefined && { weights }) },
  });
  return profile === 'genops-v1' ? risk.genops.score : risk.score;
}

function differencesOf(
  before: DecideDeploymentOutcome,
  after: DecideDeploymentOutcome,
): readonly Difference[] {
  const list = (names: readonly string[]) => names.toSorted().join(', ') || 'none';
  const warned = ({ policies }: DecideDeploymentOutcome) => list(policies.warnings.map(({ id }) => id));
  return [
    ...different('outcome', wordOf(before), wordOf(after)),
    ...different('blocked by', list(before.policies.blockedBy), list(after.policies.blockedBy)),
    ...different('approval for', list(before.policies.approvalFor), list(after.policies.approvalFor)),
    ...different('warnings', warned(before), warned(after)),
    ...different('on failure', before.policies.onFailure, after.policies.onFailure),
    ...different('autonomy', before.autonomy.action, after.autonomy.action),
  ];
}

function different(what: string, was: string, wouldBe: string): readonly Difference[] {
  return was === wouldBe ? [] : [{ what, was, wouldBe }];
}

/** Cleared, AwaitingApproval, Observed, or Blocked with its reason. */
function wordOf(outcome: DecideDeploymentOutcome): string {
  return outcome.to === 'Blocked' ? `Blocked ${outcome.reason}` : outcome.to;
}

function scoreOf({ autonomy }: DecideDeploymentInputs): string {
  return `${autonomy.score} (${autonomy.band})`;
}
