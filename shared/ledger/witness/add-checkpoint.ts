import type { Signer } from '../publish/ports.ts';
import {
  type Checkpoint,
  type Cryptography,
  checkConsistency,
  concat,
  cosignedMessage,
  equalBytes,
  hex,
  isRefused,
  NOTE_TYPES,
  openNote,
  sha256Of,
  signatureLine,
  splitNote,
  u64,
  unhex,
  type VerifierKey,
} from '../verifier/index.ts';
import type { Witnessed, WitnessStore } from './ports.ts';
import { type AddCheckpoint, readAddCheckpoint } from './read-request.ts';

export type WitnessDeps = {
  readonly store: WitnessStore;
  readonly signer: Signer;
  /** Name, id and public key (type 0x04) of the witness. */
  readonly key: VerifierKey;
  /** The logs' own keys (types 0x01 and 0x02); a log's origin is the name of its keys. */
  readonly logs: readonly VerifierKey[];
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly cryptography: Cryptography;
};

export type WitnessAnswer =
  /** The witness's signature line, with its newline. */
  | { readonly status: 200; readonly line: string }
  /** Another size was seen last: this one. */
  | { readonly status: 409; readonly size: bigint }
  | { readonly status: 400 | 403 | 404 | 422; readonly reason: string };

type Refused = Extract<WitnessAnswer, { readonly reason: string }>;

/**
 * Cosigns a checkpoint by the rules of C2SP tlog-witness: a known log has signed it, and it has grown out of the checkpoint
 * that this witness cosigned last. The line is handed out only after the checkpoint is remembered.
 */
export async function addCheckpoint(deps: WitnessDeps, body: Uint8Array): Promise<WitnessAnswer> {
  const request = readAddCheckpoint(body);
  if (isRefused(request)) return { status: 400, reason: request.refused };
  const signed = await openSigned(deps, request);
  if ('status' in signed) return signed;
  const { origin } = request.checkpoint;
  const stored = await deps.store.read(origin);
  const denied = await checkGrowth(deps.cryptography, request, stored);
  if (denied !== undefined) return denied;
  const { next, line } = await cosigned(deps, request.checkpoint, signed, stored);
  if (await deps.store.put(origin, next, stored)) return { status: 200, line };
  // another request came between; it has left something there
  const winner = await deps.store.read(origin);
  return { status: 409, size: winner?.size ?? 0n };
}

/** The text that a key trusted for the origin has signed, and the lines of such keys. */
type Signed = { readonly text: string; readonly lines: readonly string[] };

async function openSigned(
  { logs, cryptography }: WitnessDeps,
  { note, checkpoint }: AddCheckpoint,
): Promise<Signed | Refused> {
  // A cosignature, of the log's key too, is no signature of the log over what it publishes.
  const keys = logs.filter(({ name, type }) => name === checkpoint.origin && type !== NOTE_TYPES.cosignature);
  if (keys.length === 0)
    return { status: 404, reason: `the log "${checkpoint.origin}" is not witnessed here` };
  const [split, opened] = [splitNote(note), await openNote(note, keys, cryptography)];
  if (isRefused(opened)) return { status: 403, reason: opened.refused };
  if (isRefused(split)) return { status: 400, reason: split.refused };
  const trusted = split.lines.filter((line) =>
    keys.some(({ name, id }) => name === line.name && id === line.id),
  );
  return {
    text: split.text,
    lines: [...new Set(trusted.map((line) => signatureLine(line, line.signature)))],
  };
}

async function checkGrowth(
  { sha256 }: Cryptography,
  { old, proof, checkpoint }: AddCheckpoint,
  stored: Witnessed | undefined,
): Promise<WitnessAnswer | undefined> {
  const { size, root } = checkpoint;
  const seen = stored?.size ?? 0n;
  if (old !== seen) return { status: 409, size: seen };
  const denied = (reason: string): Refused => ({ status: 422, reason });
  if (size === 0n && !equalBytes(root, await sha256Of(sha256, new Uint8Array())))
    return denied('the root of an empty tree must be the hash of nothing');
  if (old === 0n) {
    return proof.length === 0 ? undefined : denied('from the empty tree there is nothing to prove');
  }
  const root1 = unhex(stored?.root ?? '') ?? new Uint8Array();
  const broken = await checkConsistency(sha256, { size1: old, size2: size, root1, root2: root, proof });
  return broken === undefined ? undefined : denied(broken.refused);
}

async function cosigned(
  { signer, key, clock }: WitnessDeps,
  { size, root }: Checkpoint,
  { text, lines }: Signed,
  stored: Witnessed | undefined,
): Promise<{ readonly next: Witnessed; readonly line: string }> {
  const now = BigInt(Math.floor(clock() / 1000));
  // A cosignature says what the largest tree was at its time: later ones must not stand before earlier ones.
  const time = stored !== undefined && stored.time > now ? stored.time : now;
  const signature = await signer.sign(cosignedMessage(text, time));
  const line = signatureLine(key, concat(u64(time), signature));
  return { line, next: { size, root: hex(root), time, note: `${text}\n${lines.join('')}${line}` } };
}
