import { Buffer } from 'node:buffer';
import { canonicalJson, commitmentOf, isoTime, type Random, redact, sha256Hex } from '../kernel/index.ts';
import type { Candidate } from './classify.ts';
import type { StatementKind } from './contract.ts';

/** What an entry of the ledger's own is about. `image`: "removed", or the SHA-256 of what the statement was made from. */
export type StatementSource = {
  readonly key: { readonly pk: string; readonly sk: string };
  readonly image: string;
};

/** The id of a special entry: SHA-256 of JCS{image, key}. Whoever knows the source can compute it. */
export function statementId({ key, image }: StatementSource): string {
  return sha256Hex(canonicalJson({ key, image }));
}

/**
 * An entry that the ledger makes itself, with its salted and redacted content for the payloads. Two of the same source are the same
 * entry: the second is dropped when it is sealed. `via` is `reconcile`: no stream brought it.
 */
export function statement(
  kind: StatementKind,
  source: StatementSource,
  content: Readonly<Record<string, unknown>>,
  deps: { readonly now: number; readonly random: Random },
): Candidate {
  const id = statementId(source);
  const at = isoTime(deps.now);
  const { key, image } = source;
  const bytes = canonicalJson(redact({ ...content, v: 1, kind, id, rev: 1, at, key, image }));
  const salt = deps.random(32);
  const commitment = commitmentOf(salt, bytes);
  return {
    unsealed: { kind, id, rev: 1, occurredAt: at, via: 'reconcile', commitment },
    payload: { kind, id, bytes, salt: Buffer.from(salt).toString('hex') },
  };
}
