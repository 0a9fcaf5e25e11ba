import { nodeCryptography } from '../node-crypto.ts';
import { concat, isRefused, u64, unhex, utf8 } from '../verifier/bytes.ts';
import { checkpointText } from '../verifier/checkpoint.ts';
import { cosignedMessage, signatureLine } from '../verifier/signed-note.ts';
import {
  isKeyName,
  NOTE_TYPES,
  readVerifierKey,
  type VerifierKey,
  verifierKeyText,
} from '../verifier/verifier-key.ts';
import type { Signer } from './ports.ts';

const CRYPTO = nodeCryptography();
// A key name must stay a word in a line of a note that anybody can read.
const MAX_ORIGIN = 200;

/** The two keys of a log: the same Ed25519 key signs checkpoints, and says when, under an id of its own. */
export type LogKeys = { readonly log: VerifierKey; readonly clock: VerifierKey };

/** The name of a ledger in its checkpoints and of its keys: the parameter, or one made of the ledger's id. Throws a RangeError for what is no key name. */
export function originOf(parameter: string, ledgerId: string): string {
  const origin = parameter === '' ? `holdfast/${ledgerId}` : parameter;
  if (isKeyName(origin) && origin.length <= MAX_ORIGIN) return origin;
  throw new RangeError(
    `LedgerOrigin: "${origin}" is no key name: 1 to ${MAX_ORIGIN} characters without spaces and plus signs`,
  );
}

/** A raw Ed25519 public key as the log's key (0x01) and as the key of its clock (0x04). */
export async function logKeys(origin: string, publicKey: Uint8Array): Promise<LogKeys> {
  const [log, clock] = await ledgerKeyLines(origin, publicKey);
  return { log: await readKey(log), clock: await readKey(clock) };
}

/** The lines of the ledger's key file that are the log's own: for signatures (0x01) and for its clock (0x04). */
export async function ledgerKeyLines(
  origin: string,
  publicKey: Uint8Array,
): Promise<readonly [log: string, clock: string]> {
  const key = { algorithm: 'ed25519', bytes: publicKey } as const;
  return [
    await verifierKeyText(origin, { type: NOTE_TYPES.ed25519, key }, CRYPTO),
    await verifierKeyText(origin, { type: NOTE_TYPES.cosignature, key }, CRYPTO),
  ];
}

async function readKey(vkey: string): Promise<VerifierKey> {
  const key = await readVerifierKey(vkey, CRYPTO);
  if (isRefused(key)) throw new RangeError(`LedgerOrigin: ${key.refused}`);
  return key;
}

/**
 * The signed note of a checkpoint: the log's signature, then its own cosignature with the time (seconds since 1970), which
 * is the clock of a ledger that has no witness. `root` is hex. Keys that were in force until just before sign as well, below.
 */
export async function signCheckpoint(
  signer: Signer,
  { origin, size, root }: { readonly origin: string; readonly size: number; readonly root: string },
  time: number,
  before: readonly Signer[] = [],
): Promise<string> {
  const { log, clock } = await logKeys(origin, await signer.publicKey());
  const text = checkpointText({ origin, size: BigInt(size), root: unhex(root) ?? new Uint8Array() });
  const seconds = BigInt(Math.floor(time));
  const signature = await signer.sign(utf8(text));
  const cosignature = await signer.sign(cosignedMessage(text, seconds));
  const own = signatureLine(log, signature) + signatureLine(clock, concat(u64(seconds), cosignature));
  let others = '';
  for (const each of before) others += await signedLine(each, origin, text);
  return `${text}\n${own}${others}`;
}

/** The signature line of the log's key (0x01) under a text. */
export async function signedLine(signer: Signer, origin: string, text: string): Promise<string> {
  const { log } = await logKeys(origin, await signer.publicKey());
  return signatureLine(log, await signer.sign(utf8(text)));
}

/** Where the checkpoint of a size is kept for good: twenty digits, so that the names sort as the sizes do. */
export function checkpointPath(size: number): string {
  return `checkpoint/${String(size).padStart(20, '0')}`;
}
