import { type Refusal, refuse, unhex } from './bytes.ts';
import { canonicalText } from './canonical.ts';
import { parseStrict } from './strict-json.ts';

/** A sealed decision as the ledger publishes it. */
export type LedgerEntry = {
  readonly ledgerId: string;
  readonly seq: number;
  /** The link of the entry before: 32 bytes; zeros in the first. */
  readonly prev: Uint8Array;
  readonly kind: string;
  readonly id: string;
  readonly rev: number;
  readonly occurredAt: string;
  readonly sealedAt: string;
  readonly via: string;
  /** Hex. */
  readonly commitment: string;
};

// The canonical text has one order of members and one spelling of each value, so that one expression is strict parsing,
// schema and the comparison with JCS at once: a quarter of what parsing and writing again would cost.
const PLAIN = String.raw`[^"\\\u0000-\u001f]*`;
const TEXT = String.raw`"(${PLAIN}(?:\\(?:["\\bfnrt]|u00(?:0[0-7bef]|1[0-9a-f]))${PLAIN})*)"`;
const HASH = '"([0-9a-f]{64})"';
const TIME = String.raw`"(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z)"`;
const NUMBER = String.raw`(0|[1-9]\d{0,15})`;
const ENTRY = new RegExp(
  `^\\{"commitment":${HASH},"id":${TEXT},"kind":${TEXT},"ledgerId":${TEXT},"occurredAt":${TIME},"prev":${HASH},"rev":${NUMBER},"sealedAt":${TIME},"seq":${NUMBER},"v":1,"via":"(stream|reconcile)"\\}$`,
);
const SAFE_DAY = 28;
const NOTHING = new Uint8Array();

/**
 * An entry from its stored text. Refused with the reason: what is no JSON as the ledger writes it (duplicate names, half
 * surrogate pairs, numbers out of range), what is not in its RFC 8785 form, and what is no entry.
 */
export function readLedgerEntry(text: string): LedgerEntry | Refusal {
  const found = text.isWellFormed() ? ENTRY.exec(text) : null;
  if (found === null) return whyNot(text);
  const entry: LedgerEntry = {
    commitment: part(found, 1),
    id: unescaped(part(found, 2)),
    kind: unescaped(part(found, 3)),
    ledgerId: unescaped(part(found, 4)),
    occurredAt: part(found, 5),
    prev: unhex(part(found, 6)) ?? NOTHING,
    rev: Number(part(found, 7)),
    sealedAt: part(found, 8),
    seq: Number(part(found, 9)),
    via: part(found, 10),
  };
  if (!isNamed(entry) || !isNumbered(entry) || !isDay(entry.occurredAt) || !isDay(entry.sealedAt))
    return refuse('unreadable: a name is empty, or a revision, a number or a time out of range');
  return entry;
}

// By number: taking the list apart by its iterator would cost as much as the expression.
function part(found: RegExpExecArray, number: number): string {
  return found[number] ?? '';
}

function isNamed({ id, kind, ledgerId }: LedgerEntry): boolean {
  return id !== '' && kind !== '' && ledgerId !== '';
}

function isNumbered({ rev, seq }: LedgerEntry): boolean {
  return rev >= 1 && Number.isSafeInteger(rev) && Number.isSafeInteger(seq);
}

function unescaped(text: string): string {
  return text.includes('\\') ? JSON.parse(`"${text}"`) : text;
}

/** Whether a time that looks right names a day of the calendar. */
function isDay(time: string): boolean {
  if (Number(time.slice(8, 10)) <= SAFE_DAY) return true;
  const date = new Date(time);
  return !Number.isNaN(date.getTime()) && date.toISOString() === time;
}

function whyNot(text: string): Refusal {
  const parsed = parseStrict(text);
  if ('refused' in parsed) return refuse(`unreadable: ${parsed.refused}`);
  if (canonicalText(parsed.value) !== text)
    return refuse('not-canonical: the bytes are not the RFC 8785 form');
  return refuse('unreadable: it is JSON but no entry');
}
