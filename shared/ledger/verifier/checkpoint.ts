import {
  base64,
  decimalU64,
  equalBytes,
  HASH_BYTES,
  isRefused,
  type Refusal,
  refuse,
  unbase64,
} from './bytes.ts';
import type { Cryptography } from './cryptography.ts';
import { openNote, splitNote } from './signed-note.ts';
import { NOTE_TYPES, type VerifierKey } from './verifier-key.ts';

export type Checkpoint = {
  readonly origin: string;
  readonly size: bigint;
  readonly root: Uint8Array;
  readonly extensions: readonly string[];
};

/** Whom an auditor believes. `origin` defaults to the name of the key that signed, as C2SP recommends. */
export type Trust = {
  /**
   * At least one of the log's own keys (types 0x01, 0x02) must have signed; cosigners (0x04) say when. A cosigner with the
   * name of the log is the log's own clock; with another name it is a witness.
   */
  readonly keys: readonly VerifierKey[];
  readonly origin?: string;
  /** Whether one of the witnesses must have signed too: a line with another name or id is an unknown key's, and ignored. */
  readonly cosigned?: boolean;
};

export type SignedCheckpoint = Checkpoint & {
  readonly signers: readonly string[];
  /** The latest time that a known witness vouches for, or the log's own clock where no witness is known; in seconds since 1970. */
  readonly time?: bigint;
  /** Whether a known witness has cosigned it. */
  readonly cosigned: boolean;
  /** Whether the clock of a key that signed it is known, and no such clock has. */
  readonly clockMissing: boolean;
};

/** The lines of a checkpoint: origin, size and root hash of any length, and the text after them. */
export function readCheckpointLines(
  text: string,
):
  | { readonly origin: string; readonly size: bigint; readonly hash: Uint8Array; readonly rest: string }
  | Refusal {
  const [origin = '', sizeText = '', hashText = '', ...after] = text.split('\n');
  if (after.length === 0) return refuse('a checkpoint has three lines, each with its newline');
  const [size, hash] = [decimalU64(sizeText), unbase64(hashText)];
  if (origin === '') return refuse('the checkpoint has no origin');
  if (size === undefined) return refuse('the size is no decimal number from 0 to 2^64-1');
  if (hash === undefined || hash.length === 0) return refuse('the root hash is not base64');
  return { origin, size, hash, rest: after.join('\n') };
}

/** A checkpoint from a note's text (C2SP tlog-checkpoint): a root of 32 bytes, extension lines that are not empty. */
export function readCheckpoint(text: string): Checkpoint | Refusal {
  const lines = readCheckpointLines(text);
  if (isRefused(lines)) return lines;
  const { origin, size, hash, rest } = lines;
  if (hash.length !== HASH_BYTES) return refuse('the root hash must have 32 bytes');
  if (rest !== '' && !rest.endsWith('\n')) return refuse('the last line has no newline');
  const extensions = rest === '' ? [] : rest.slice(0, -1).split('\n');
  if (extensions.includes('')) return refuse('an extension line is empty');
  return { origin, size, root: hash, extensions };
}

/** The text that is signed. */
export function checkpointText(checkpoint: Omit<Checkpoint, 'extensions'>): string {
  return `${checkpoint.origin}\n${checkpoint.size}\n${base64(checkpoint.root)}\n`;
}

/** Whether a key is a witness's: it cosigns, and no log among the keys has its name. */
export function isWitness(key: VerifierKey, keys: readonly VerifierKey[]): boolean {
  const isOfLog = (other: VerifierKey): boolean =>
    other.type !== NOTE_TYPES.cosignature && other.name === key.name;
  return key.type === NOTE_TYPES.cosignature && !keys.some(isOfLog);
}

/** The clocks of a log's key: the same key under its name, as a cosigner. */
function clocksOf({ key: log }: { readonly key: VerifierKey }, keys: readonly VerifierKey[]) {
  return keys.filter(
    ({ type, name, key }) =>
      type === NOTE_TYPES.cosignature &&
      name === log.name &&
      key.algorithm === 'ed25519' &&
      log.key.algorithm === 'ed25519' &&
      equalBytes(key.bytes, log.key.bytes),
  );
}

/** A checkpoint that one of the log's keys signed, for the origin that is expected. */
export async function openCheckpoint(
  note: Uint8Array | string,
  { keys, origin, cosigned }: Trust,
  crypto: Cryptography,
): Promise<SignedCheckpoint | Refusal> {
  const opened = await openNote(note, keys, crypto);
  if (isRefused(opened)) return laterKey(note, keys) ?? opened;
  const checkpoint = readCheckpoint(opened.text);
  if (isRefused(checkpoint)) return checkpoint;
  const logs = opened.signedBy.filter(({ key }) => key.type !== NOTE_TYPES.cosignature);
  if (logs.length === 0) return refuse('only cosigners have signed: the log itself has not');
  const witnesses = opened.signedBy.filter(({ key }) => isWitness(key, keys));
  if (cosigned === true && witnesses.length === 0) return refuse('no witness that is known has cosigned');
  const expected = origin ?? logs[0]?.key.name;
  if (checkpoint.origin !== expected)
    return refuse(`it is a checkpoint of "${checkpoint.origin}", not of "${expected}"`);
  // Who knows a witness need not take the log's word for the time.
  const clocks = keys.some((key) => isWitness(key, keys)) ? witnesses : opened.signedBy;
  const times = clocks.flatMap((signer) => (signer.time === undefined ? [] : [signer.time]));
  const time = times.reduce<bigint | undefined>((latest, each) => later(latest, each), undefined);
  const signers = opened.signedBy.map(({ key }) => `${key.name}+${key.id}`);
  const due = logs.flatMap((log) => clocksOf(log, keys));
  const clockMissing = due.length > 0 && !opened.signedBy.some(({ key }) => due.includes(key));
  const who = { signers, cosigned: witnesses.length > 0, clockMissing };
  return { ...checkpoint, ...who, ...(time !== undefined && { time }) };
}

/** Why nobody known signed a checkpoint that bears the name of a known log: its key may have been rotated. */
function laterKey(note: Uint8Array | string, keys: readonly VerifierKey[]): Refusal | undefined {
  const split = splitNote(note);
  if (isRefused(split)) return undefined;
  const isKnown = (line: { readonly name: string; readonly id: string }): boolean =>
    keys.some(({ name, id }) => name === line.name && id === line.id);
  const named = split.lines.find(({ name }) =>
    keys.some((key) => key.name === name && key.type !== NOTE_TYPES.cosignature),
  );
  if (named === undefined || split.lines.some(isKnown)) return undefined;
  return refuse(
    `no signature is by a known key: it is signed by ${named.name}+${named.id}. If the ledger's key was rotated, give the later key too, or the statements that lead to it (key/2 and on)`,
  );
}

function later(a: bigint | undefined, b: bigint): bigint {
  return a === undefined || b > a ? b : a;
}
