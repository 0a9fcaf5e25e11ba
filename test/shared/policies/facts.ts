import {
  BUILT_IN_SET,
  type PolicyFacts,
  type PolicySet,
  policyInputs,
} from '../../../shared/policies/index.ts';
import { evaluatePolicies, type Relief } from '../../../shared/policies/rules/evaluate-policies.ts';

/** A Wednesday, 14:00 UTC. */
export const WEDNESDAY = '2026-11-18T14:00:00.000Z';

/** A deployment about which everything is known and nothing is remarkable. */
export const QUIET = {
  service: 'checkout',
  environment: 'production',
  tier: 'low',
  score: '0.2',
  band: 'low',
  change: {
    ...{ lines: 150, files: 10, migration: false, irreversible: false, config: true, infrastructure: false },
    ...{ hotfix: false, dataClasses: [], checks: 'success' },
  },
  budget: { declared: true, remaining: '0.9', exhausted: false, burning: 'none' },
} as const satisfies PolicyFacts;

type Asked = {
  readonly facts?: PolicyFacts;
  readonly set?: PolicySet;
  readonly exceptions?: readonly Relief[];
  readonly at?: string;
};

/** What the rule says; by default of the quiet deployment, under the policies that Holdfast comes with. */
export function evaluate({ facts = QUIET, set = BUILT_IN_SET, exceptions = [], at = WEDNESDAY }: Asked = {}) {
  return evaluatePolicies.decide(policyInputs({ set, facts, exceptions, at }));
}

/** The quiet deployment with another change. */
export function changing(change: PolicyFacts['change']): PolicyFacts {
  return { ...QUIET, change: { ...QUIET.change, ...change } };
}
