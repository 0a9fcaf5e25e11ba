import type { PolicyFacts } from '../../policies/index.ts';
import { assessRisk } from './assess-risk.ts';
import type { DecideDeploymentInputs } from './decide-deployment.ts';
import type { ChangeFacts } from './facts.ts';
import type { AssessRiskInputs } from './risk-assessment.ts';
import { type Tried, triedInputs } from './tried-inputs.ts';

/** What a deployment was weighed by and what it was decided by, as recorded or as it would have been. */
export type Situation = {
  /** With the precedents that were found: they stay what they are, whatever else is tried. */
  readonly risk: AssessRiskInputs;
  readonly decided: DecideDeploymentInputs;
};

/** One thing otherwise, in words that follow on "it would have been ...". */
export type Step = { readonly text: string; readonly situation: Situation };

/**
 * One thing about a deployment that could have been otherwise, in either direction. `values` are what it could have been,
 * the least different first; empty where it does not apply.
 */
export type OutcomeEdit = {
  readonly fact: string;
  /** Who would have to see to it: the change or the time; the people who set what holds; two people with the glass. */
  readonly by: 'change' | 'setting' | 'glass';
  readonly values: (situation: Situation) => readonly (() => Step)[];
};

/** The situation with what policies, autonomy and switches see otherwise; its risk stays. */
export function deciding(situation: Situation, tried: Tried): Situation {
  return { ...situation, decided: triedInputs(situation.decided, tried) };
}

/** The situation with another risk: weighed again, with the facts of the change that policies see. */
export function weighing(situation: Situation, risk: AssessRiskInputs, tried: Tried = {}): Situation {
  const { change } = situation.decided.policies.facts;
  const facts = { ...tried.facts, change: { ...change, ...changed(situation.risk.change, risk.change) } };
  const { score } = assessRisk.decide(risk);
  return { risk, decided: triedInputs(situation.decided, { ...tried, facts, score }) };
}

/** The situation with other facts for policies alone: those that the risk does not know. */
export function seeing(situation: Situation, facts: Partial<PolicyFacts>): Situation {
  return deciding(situation, { facts });
}

/** An edit of one value; undefined where it does not apply. */
export function when(
  fact: string,
  by: OutcomeEdit['by'],
  step: (situation: Situation) => Step | undefined,
): OutcomeEdit {
  return {
    ...{ fact, by },
    values: (situation) => {
      const found = step(situation);
      return found === undefined ? [] : [() => found];
    },
  };
}

function changed(before: ChangeFacts, after: ChangeFacts): Partial<PolicyFacts['change']> {
  const was: Readonly<Record<string, unknown>> = before;
  return Object.fromEntries(Object.entries(after).filter(([name, value]) => was[name] !== value));
}
