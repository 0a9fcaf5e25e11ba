import {
  concat,
  equalBytes,
  hex,
  isRefused,
  type Refusal,
  readU64,
  refuse,
  textOf,
  unbase64,
  utf8,
} from './bytes.ts';
import type { Cryptography } from './cryptography.ts';
import { rawEcdsa } from './ecdsa-der.ts';
import { isKeyName, NOTE_TYPES, type VerifierKey } from './verifier-key.ts';

const MAX_SIGNATURES = 100;
const ID_BYTES = 4;
const TIME_BYTES = 8;
const MAX_TIME = 2n ** 63n - 1n;
const DASH = '\u2014 ';

type SignatureLine = { readonly name: string; readonly id: string; readonly signature: Uint8Array };
export type Signer = {
  readonly key: VerifierKey /** Of a cosignature: seconds since 1970. */;
  readonly time?: bigint;
};
export type OpenedNote = {
  /** What is signed, with its final newline. */
  readonly text: string;
  readonly signedBy: readonly Signer[];
  /** Signatures by keys that are not known here: they say nothing. */
  readonly unknown: readonly { readonly name: string; readonly id: string }[];
};

/**
 * Opens a signed note (C2SP signed-note): at least one signature must be a known key's, and each of a known key must
 * hold. Signatures of unknown keys are named and ignored; a malformed line, or two known keys of one name and id, refuse
 * the whole note.
 */
export async function openNote(
  note: Uint8Array | string,
  keys: readonly VerifierKey[],
  crypto: Cryptography,
): Promise<OpenedNote | Refusal> {
  const split = splitNote(note);
  if (isRefused(split)) return split;
  const signedBy: Signer[] = [];
  const unknown: SignatureLine[] = [];
  for (const line of split.lines) {
    const signer = await signerOf(split.text, line, keys, crypto);
    if (signer === undefined) unknown.push(line);
    else if (isRefused(signer)) return signer;
    else signedBy.push(signer);
  }
  if (signedBy.length === 0) return refuse('no signature is by a known key');
  return {
    text: split.text,
    signedBy: distinct(signedBy, isSameSigner),
    unknown: distinct(unknown, isSameLine),
  };
}

/** Whose line it is, its signature checked; undefined for a key that is not known. */
async function signerOf(
  text: string,
  line: SignatureLine,
  keys: readonly VerifierKey[],
  crypto: Cryptography,
): Promise<Signer | Refusal | undefined> {
  const [key, another] = keys.filter(({ name, id }) => name === line.name && id === line.id);
  if (another !== undefined) return refuse(`two known keys are called ${line.name}+${line.id}`);
  return key === undefined ? undefined : checkLine(text, line, key, crypto);
}

function distinct<T>(items: readonly T[], same: (a: T, b: T) => boolean): readonly T[] {
  return items.filter((item, at) => items.findIndex((each) => same(each, item)) === at);
}

function isSameSigner(a: Signer, b: Signer): boolean {
  return a.key === b.key && a.time === b.time;
}

function isSameLine(a: SignatureLine, b: SignatureLine): boolean {
  return a.name === b.name && a.id === b.id && equalBytes(a.signature, b.signature);
}

/** A note's text and signature lines, nothing of them checked. */
export function splitNote(
  note: Uint8Array | string,
): { readonly text: string; readonly lines: readonly SignatureLine[] } | Refusal {
  const whole = typeof note === 'string' ? note : textOf(note);
  if (whole === undefined || !whole.isWellFormed()) return refuse('the note is not UTF-8');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: notes must not contain them.
  if (/[\u0000-\u0009\u000b-\u001f]/.test(whole)) return refuse('the note contains a control character');
  const at = whole.lastIndexOf('\n\n');
  if (at === -1) return refuse('the note has no blank line before its signatures');
  const below = whole.slice(at + 2);
  if (!below.endsWith('\n')) return refuse('the note does not end with a signature line');
  const texts = below.slice(0, -1).split('\n');
  if (texts.length > MAX_SIGNATURES) return refuse(`the note has more than ${MAX_SIGNATURES} signatures`);
  const lines: SignatureLine[] = [];
  for (const text of texts) {
    const line = readLine(text);
    if (line === undefined) return refuse('a signature line is malformed');
    lines.push(line);
  }
  return { text: whole.slice(0, at + 1), lines };
}

function readLine(line: string): SignatureLine | undefined {
  if (!line.startsWith(DASH)) return undefined;
  const [name = '', encoded = '', ...rest] = line.slice(DASH.length).split(' ');
  const bytes = unbase64(encoded);
  if (!isKeyName(name) || rest.length > 0 || bytes === undefined || bytes.length <= ID_BYTES)
    return undefined;
  return { name, id: hex(bytes.subarray(0, ID_BYTES)), signature: bytes.subarray(ID_BYTES) };
}

async function checkLine(
  text: string,
  { name, id, signature }: SignatureLine,
  key: VerifierKey,
  { checkSignature }: Cryptography,
): Promise<Signer | Refusal> {
  const broken = refuse(`the signature of ${name}+${id} does not hold`);
  if (key.type === NOTE_TYPES.cosignature) {
    if (signature.length <= TIME_BYTES) return broken;
    const time = readU64(signature);
    if (time > MAX_TIME) return broken;
    const holds = await checkSignature(key.key, cosignedMessage(text, time), signature.subarray(TIME_BYTES));
    return holds ? { key, time } : broken;
  }
  const raw = key.type === NOTE_TYPES.p256 ? rawEcdsa(signature) : signature;
  if (raw === undefined) return broken;
  return (await checkSignature(key.key, utf8(text), raw)) ? { key } : broken;
}

/** What a cosignature at a time (seconds since 1970) is over (C2SP tlog-cosignature, Ed25519). */
export function cosignedMessage(text: string, time: bigint): Uint8Array {
  return utf8(`cosignature/v1\ntime ${time}\n${text}`);
}

/** A note's signature line; a cosignature's bytes begin with its time. */
export function signatureLine(key: Pick<VerifierKey, 'name' | 'id'>, signature: Uint8Array): string {
  const id = Uint8Array.from(key.id.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return `${DASH}${key.name} ${btoa(String.fromCharCode(...concat(id, signature)))}\n`;
}
