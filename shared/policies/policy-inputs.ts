import type { PolicyException, PolicyFacts, PolicySet } from './contract.ts';
import type { EvaluatePoliciesInputs, Relief } from './rules/evaluate-policies.ts';
import { wallClock } from './rules/wall-clock.ts';

type Asked = {
  readonly set: PolicySet;
  readonly facts: PolicyFacts;
  readonly exceptions: readonly Relief[];
  /** ISO, UTC */
  readonly at: string;
};

/** The inputs of evaluate-policies, with what the clocks of the calendars' zones show at that time. */
export function policyInputs(asked: Asked): EvaluatePoliciesInputs {
  const zones = new Set(Object.values(asked.set.calendars).map(({ zone }) => zone));
  const clocks = Object.fromEntries([...zones].sort().map((zone) => [zone, wallClock(zone, asked.at)]));
  return { ...asked, clocks };
}

/** Exceptions of a set as the rule takes them. */
export function reliefsOf(exceptions: readonly PolicyException[]): readonly Relief[] {
  return exceptions.map((exception) => ({ kind: 'exception', ...exception }));
}
