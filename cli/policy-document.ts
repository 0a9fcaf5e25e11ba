import * as z from 'zod';
import { isFault } from '../shared/kernel/index.ts';
import { BUILT_IN_SET } from '../shared/policies/built-in.ts';
import { compile } from '../shared/policies/compile.ts';
import {
  PolicyException,
  PolicyFacts,
  type PolicySet,
  type PolicySetDocument,
} from '../shared/policies/contract.ts';
import { policyInputs, reliefsOf } from '../shared/policies/policy-inputs.ts';
import {
  type EvaluatePoliciesOutcome,
  evaluatePolicies,
} from '../shared/policies/rules/evaluate-policies.ts';
import { SentPolicySet } from '../shared/policies/sent-set.ts';
import { cliError, EXIT } from './command.ts';

/** A set in force, as `policy show --json` prints it, says more than one may put: that is left out. */
const Sent = z.preprocess((value) => {
  const read = z.looseObject({}).safeParse(value);
  if (!read.success) return value;
  const {
    rev: _rev,
    setRev: _setRev,
    digest: _digest,
    builtIn: _builtIn,
    breakGlass: _glass,
    ...rest
  } = read.data;
  return rest;
}, SentPolicySet);

/** One deployment to be judged: what is known, when, and under which exceptions beside those of the set. */
export const Example = z.strictObject({
  facts: PolicyFacts,
  at: z.iso.datetime({ offset: true, error: 'must be a time such as 2026-11-20T16:00:00Z' }),
  exceptions: z.array(PolicyException).default([]),
});
export type Example = z.infer<typeof Example>;

export type ReadSet = { readonly set: PolicySet; readonly exceptions: readonly PolicyException[] };

/** The policies of a document, read by Cedar; without any, those that Holdfast comes with. Throws a usage error. */
export async function readSet(sent: unknown): Promise<ReadSet> {
  if (sent === undefined) return { set: BUILT_IN_SET, exceptions: [] };
  const document = readSent(sent);
  // 4 MB that no other command needs
  const { readPolicies } = await import('../shared/adapters/cedar/cedar-policies.ts');
  try {
    return { set: compile(readPolicies, document, 0), exceptions: document.exceptions };
  } catch (thrown) {
    if (!isFault(thrown, 'InvalidInput')) throw thrown;
    throw cliError(thrown.issues.map(({ message }) => message).join('\n'), EXIT.usage);
  }
}

/** A document as it can be put. Throws a usage error that names the field. */
export function readSent(sent: unknown): PolicySetDocument {
  const document = Sent.safeParse(sent);
  if (!document.success) throw cliError(`the set: ${z.prettifyError(document.error)}`, EXIT.usage);
  return document.data;
}

export function evaluate(read: ReadSet, { facts, at, exceptions }: Example): EvaluatePoliciesOutcome {
  const reliefs = reliefsOf([...read.exceptions, ...exceptions]);
  const utc = new Date(at).toISOString();
  return evaluatePolicies.decide(policyInputs({ set: read.set, facts, exceptions: reliefs, at: utc }));
}
