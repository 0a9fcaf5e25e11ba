import { concat, hex, isRefused, type Refusal, refuse, textOf, unhex, utf8 } from './bytes.ts';
import { canonicalText } from './canonical.ts';
import type { Cryptography } from './cryptography.ts';
import { sha256Of } from './hashes.ts';
import { splitNote } from './signed-note.ts';
import { type Json, parseStrict } from './strict-json.ts';
import { NOTE_TYPES, readVerifierKey, type VerifierKey } from './verifier-key.ts';

/** The kind of the entries that name a later key of the ledger. */
export const KEY_KIND = 'ledger.key';
/** The first key is number 1: nothing in the ledger names it. */
export const FIRST_GENERATION = 2;
export const MAX_GENERATION = 999;

/** What a key statement says: the ledger `origin` is signed by `log` from the entry on that holds the statement. */
export type KeyStatement = {
  readonly origin: string;
  readonly generation: number;
  readonly log: VerifierKey;
  /** The same key under the id of its time lines. */
  readonly clock: VerifierKey;
};

/** A statement as it is published, with what its entry commits to. Of its signatures nothing is checked. */
export type PublishedStatement = {
  readonly statement: KeyStatement;
  /** The signed note. */
  readonly note: string;
  /** What its entry must be: hex. */
  readonly id: string;
  readonly commitment: string;
};

type Sha256 = Pick<Cryptography, 'sha256'>;

const COMMITMENT = Uint8Array.of(3);

/** Where the statement of a later key is published. */
export function keyStatementPath(generation: number): string {
  return `key/${generation}`;
}

/** The text that both keys sign. */
export function keyStatementText(named: {
  readonly origin: string;
  readonly generation: number;
  /** vkeys. */
  readonly log: string;
  readonly clock: string;
}): string {
  return `${named.origin}\n${KEY_KIND}\n${named.generation}\n${named.log}\n${named.clock}\n`;
}

/** What the id of the entry is made of. */
export function keySource(generation: number): { readonly pk: string; readonly sk: string } {
  return { pk: 'LEDGER#key', sk: String(generation) };
}

/** The id of the entry of a statement: SHA-256 of JCS{image, key}, the image being the SHA-256 of the text. */
export async function keyEntryId(text: string, generation: number, { sha256 }: Sha256): Promise<string> {
  const image = hex(await sha256Of(sha256, utf8(text)));
  return hex(await sha256Of(sha256, utf8(canonicalText({ image, key: keySource(generation) }))));
}

/**
 * Reads the file `key/<generation>`: `{payload, salt}` in the RFC 8785 form, the content of the entry and what it is salted
 * with.
 */
export async function readKeyFile(
  file: Uint8Array,
  generation: number,
  crypto: Sha256,
): Promise<PublishedStatement | Refusal> {
  const text = textOf(file) ?? '';
  const published = objectIn(text);
  if (isRefused(published)) return published;
  const { payload, salt } = published;
  if (typeof payload !== 'string' || typeof salt !== 'string' || !/^[0-9a-f]{64}$/.test(salt))
    return refuse('it has no payload with a salt of 32 bytes in hex');
  if (canonicalText({ payload, salt }) !== text)
    return refuse('it is not the RFC 8785 form of payload and salt');
  const content = await readPayload(payload, generation, crypto);
  if (isRefused(content)) return content;
  const salted = concat(COMMITMENT, unhex(salt) ?? new Uint8Array(), utf8(payload));
  return { ...content, commitment: hex(await sha256Of(crypto.sha256, salted)) };
}

async function readPayload(
  payload: string,
  generation: number,
  crypto: Sha256,
): Promise<Omit<PublishedStatement, 'commitment'> | Refusal> {
  const content = objectIn(payload);
  if (isRefused(content)) return refuse(`its payload: ${content.refused}`);
  if (canonicalText(content) !== payload) return refuse('its payload is not in the RFC 8785 form');
  const { kind, id, rev, note } = content;
  if (kind !== KEY_KIND || rev !== 1 || typeof note !== 'string')
    return refuse(`its payload is no ${KEY_KIND}`);
  const split = splitNote(note);
  if (isRefused(split)) return split;
  const statement = await readStatement(split.text, crypto);
  if (isRefused(statement)) return statement;
  if (statement.generation !== generation) return refuse(`it names the key number ${statement.generation}`);
  if (id === (await keyEntryId(split.text, generation, crypto))) return { statement, note, id };
  return refuse('the id in its payload is not that of its statement');
}

async function readStatement(text: string, crypto: Sha256): Promise<KeyStatement | Refusal> {
  const [origin = '', kind, number = '', logText = '', clockText = '', ...rest] = text.split('\n');
  const generation = /^[1-9]\d{0,2}$/.test(number) ? Number(number) : 0;
  if (kind !== KEY_KIND || generation < FIRST_GENERATION || rest.length !== 1 || rest[0] !== '')
    return refuse(`the statement has not the five lines of a ${KEY_KIND}`);
  const [log, clock] = [await readVerifierKey(logText, crypto), await readVerifierKey(clockText, crypto)];
  if (isRefused(log)) return refuse(`the new key: ${log.refused}`);
  if (isRefused(clock)) return refuse(`the clock of the new key: ${clock.refused}`);
  if (log.type !== NOTE_TYPES.ed25519 || clock.type !== NOTE_TYPES.cosignature)
    return refuse('the new key is not named by a line of type 01 and one of type 04');
  if (log.name !== origin || clock.name !== origin)
    return refuse(`the new key has another name than the ledger "${origin}"`);
  if (JSON.stringify(rawOf(log)) !== JSON.stringify(rawOf(clock)))
    return refuse('the clock of the new key is another key');
  return { origin, generation, log, clock };
}

function rawOf({ key }: VerifierKey): readonly number[] {
  return key.algorithm === 'ed25519' ? [...key.bytes] : [];
}

function objectIn(text: string): Readonly<Record<string, Json>> | Refusal {
  const parsed = parseStrict(text);
  if ('refused' in parsed) return refuse(`it is no JSON: ${parsed.refused}`);
  const { value } = parsed;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse('it is no object');
  return value as Readonly<Record<string, Json>>;
}
