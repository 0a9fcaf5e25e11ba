import { Buffer } from 'node:buffer';
import { type AnyRule, canonicalJson, commitmentOf, type Decision, redact } from '../kernel/index.ts';
import { type StatementSource, statementId } from './statement.ts';

const REV_DIGITS = 6;

/** Finds the rule that took a decision; old versions stay in the code for this. */
export type RuleLookup = (name: string, version: number) => AnyRule | undefined;

export type Replay =
  | { readonly kind: 'identical' }
  | { readonly kind: 'differs'; readonly recorded: string; readonly computed: string }
  | { readonly kind: 'unknown-rule'; readonly name: string; readonly version: number };

/**
 * Computes a decision again from its recorded inputs and compares canonical bytes of the outcome. The outcome is
 * redacted as it was when it was recorded. A rule that throws now where it answered then differs.
 */
export function replayDecision(decision: Decision, ruleOf: RuleLookup): Replay {
  const { name, version } = decision.rule;
  const found = ruleOf(name, version);
  if (found === undefined) return { kind: 'unknown-rule', name, version };
  const recorded = canonicalJson(decision.outcome);
  const computed = outcomeText(found, decision.inputs);
  return computed === recorded ? { kind: 'identical' } : { kind: 'differs', recorded, computed };
}

/** Whether stored bytes and salt are what the ledger committed to, and the bytes canonical. */
export function matchesCommitment(
  payload: { readonly bytes: string; readonly salt: string },
  commitment: string,
): boolean {
  const computed = commitmentOf(Buffer.from(payload.salt, 'hex'), payload.bytes);
  return computed === commitment && isCanonical(payload.bytes);
}

/**
 * The id of the `ledger.erased` entry that goes with an erased payload: as every special entry, SHA-256 of JCS{image,
 * key}, here the payload's own key and "removed". A missing payload without that entry was not erased but lost, or taken.
 */
export function erasedEntryId(decision: {
  readonly kind: string;
  readonly id: string;
  readonly rev: number;
}): string {
  return statementId(erasedSource(decision));
}

/** What an erasure's entry is about: the payload's own key, and that it was removed. */
export function erasedSource(decision: {
  readonly kind: string;
  readonly id: string;
  readonly rev: number;
}): StatementSource {
  const { kind, id, rev } = decision;
  const key = { pk: `${kind.toUpperCase()}#${id}`, sk: `REV#${String(rev).padStart(REV_DIGITS, '0')}` };
  return { key, image: 'removed' };
}

function outcomeText(rule: AnyRule, inputs: unknown): string {
  try {
    return canonicalJson(redact(rule.decide(inputs as never)));
  } catch (thrown) {
    return `the rule threw: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  }
}

function isCanonical(bytes: string): boolean {
  try {
    return canonicalJson(JSON.parse(bytes)) === bytes;
  } catch {
    return false;
  }
}
