import { Buffer } from 'node:buffer';
import {
  canonicalJson,
  commitmentOf,
  Envelope,
  isoTime,
  type Random,
  redact,
  sha256Hex,
} from '../kernel/index.ts';
import type { Unsealed } from './append.ts';
import type { SpecialKind } from './contract.ts';
import type { SpecialPayload } from './ports.ts';

/** One change in the decisions table, images as plain JSON. `changedAt` in ms, where the stream says it. */
export type DecisionRecord = {
  readonly change: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly keys: Readonly<Record<string, unknown>>;
  readonly newImage?: Readonly<Record<string, unknown>>;
  readonly oldImage?: Readonly<Record<string, unknown>>;
  readonly changedAt?: number;
};

/** How a record came to be sealed: by the stream, or found in the table because the stream had not brought it. */
export type Via = Unsealed['via'];
type Made = { readonly now: number; readonly random: Random; readonly via?: Via };

/** What a record becomes in the ledger; a special one brings the content that it commits to. */
export type Candidate = { readonly unsealed: Unsealed; readonly payload?: SpecialPayload };

const REV_DIGITS = 6;
const MAX_IMAGE_BYTES = 32_768;

/**
 * What a change of the decisions table is to the ledger. A sound new decision is sealed as itself, a new item that is
 * none as `ledger.rejected`, a changed or removed one as `ledger.altered`: no record is skipped.
 */
export function classify(raw: DecisionRecord, deps: Made): Candidate {
  const record = writable(raw);
  if (record.change !== 'INSERT') return special('ledger.altered', record, deps, record.change);
  const envelope = Envelope.safeParse(record.newImage);
  if (!envelope.success) return special('ledger.rejected', record, deps, issuesText(envelope.error));
  const { kind, id, rev, at, commitment } = envelope.data;
  const expected = { pk: `${kind.toUpperCase()}#${id}`, sk: `REV#${String(rev).padStart(REV_DIGITS, '0')}` };
  if (record.keys.pk !== expected.pk || record.keys.sk !== expected.sk) {
    return special('ledger.rejected', record, deps, `its keys are not ${expected.pk}, ${expected.sk}`);
  }
  return { unsealed: { kind, id, rev, occurredAt: at, via: deps.via ?? 'stream', commitment } };
}

/**
 * The special entry of a record. Its id is SHA-256 of JCS{image, key}: `key` the record's keys, `image` the SHA-256 of
 * the JCS of the new image or "removed". It can be computed again from the table alone, so a repeat is the same entry.
 */
export function special(kind: SpecialKind, record: DecisionRecord, deps: Made, reason: string): Candidate {
  const image = record.newImage === undefined ? 'removed' : sha256Hex(canonicalJson(record.newImage));
  const id = sha256Hex(canonicalJson({ key: record.keys, image }));
  const occurredAt = isoTime(record.changedAt ?? deps.now);
  // The id is made of the record as it stands in the table; what is kept of it is redacted, as a decision is.
  const content = {
    ...{ v: 1, kind, id, rev: 1, at: occurredAt, key: record.keys, image, change: record.change, reason },
    ...kept('newImage', record.newImage),
    ...kept('oldImage', record.oldImage),
  };
  const bytes = canonicalJson(redact(content));
  const salt = deps.random(32);
  const unsealed = {
    kind,
    id,
    rev: 1,
    occurredAt,
    via: deps.via ?? 'stream',
    commitment: commitmentOf(salt, bytes),
  };
  return { unsealed, payload: { kind, id, bytes, salt: Buffer.from(salt).toString('hex') } };
}

/** The record as canonical JSON can carry it: half surrogate pairs are replaced, so that no text can block the stream. */
function writable(record: DecisionRecord): DecisionRecord {
  try {
    canonicalJson(record);
    return record;
  } catch {
    return JSON.parse(JSON.stringify(record), (_, value) =>
      typeof value === 'string' ? value.toWellFormed() : value,
    );
  }
}

/** An image stands in the special entry's content for whoever examines it, unless it is too large. */
function kept(name: string, image: Readonly<Record<string, unknown>> | undefined): Record<string, unknown> {
  if (image === undefined || canonicalJson(image).length > MAX_IMAGE_BYTES) return {};
  return { [name]: image };
}

function issuesText(error: {
  readonly issues: readonly { path: readonly PropertyKey[]; message: string }[];
}): string {
  const issues = error.issues.map(
    ({ path, message }) => `${path.map(String).join('.') || 'item'}: ${message}`,
  );
  return `it is no decision: ${issues.slice(0, 5).join('; ')}`;
}
