import {
  type AllowedAutonomyInputs,
  type PolicyFacts,
  type PolicySet,
  policyInputs,
  type Relief,
} from '../../policies/index.ts';
import { bandOf } from './bands.ts';
import type { DecideDeploymentInputs } from './decide-deployment.ts';

/** What is to be otherwise about a recorded decision; what is absent stays as it was recorded. */
export type Tried = {
  /** Of the risk, as a decimal string: it takes its band with it, in the facts of the policies and in the autonomy. */
  readonly score?: string;
  /** ISO, UTC: what the clocks of the calendars' zones show then is read anew. */
  readonly at?: string;
  readonly facts?: Partial<PolicyFacts>;
  readonly level?: AllowedAutonomyInputs['level'];
  readonly environment?: string;
  readonly set?: PolicySet;
  readonly exceptions?: readonly Relief[];
};

/**
 * The recorded inputs of decide-deployment as they would have been with something otherwise. At the recorded time the
 * clocks stay as they were read; only zones that a tried set asks for besides are read now.
 */
export function triedInputs(inputs: DecideDeploymentInputs, tried: Tried): DecideDeploymentInputs {
  const { policies, autonomy } = inputs;
  const { score = autonomy.score, at = policies.at, level = autonomy.level, set = policies.set } = tried;
  const { environment = autonomy.environment, exceptions = policies.exceptions } = tried;
  const band = bandOf(Number(score));
  const moved = tried.environment !== undefined && { environment };
  const facts = { ...policies.facts, ...tried.facts, ...moved, score, band };
  const read = policyInputs({ set, facts, exceptions, at });
  const clocks = at === policies.at ? { ...read.clocks, ...policies.clocks } : read.clocks;
  return {
    ...inputs,
    policies: { ...read, clocks },
    autonomy: { ...autonomy, level, environment, score, band },
  };
}
