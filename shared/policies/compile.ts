import { canonicalJson, sha256Hex } from '../kernel/index.ts';
import type { PolicySet, PolicySetDocument } from './contract.ts';
import type { ReadPolicies } from './ports.ts';

/** A document as the rule takes it. Throws Fault('InvalidInput') when a policy is not valid. */
export function compile(read: ReadPolicies, document: PolicySetDocument, rev: number): PolicySet {
  const { policies, calendars, compliance } = document;
  const digest = sha256Hex(canonicalJson(document));
  return { rev, digest, policies: [...read(policies)], calendars, compliance };
}
