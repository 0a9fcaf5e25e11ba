import {
  base64,
  decimalU64,
  HASH_BYTES,
  isRefused,
  type Refusal,
  refuse,
  textOf,
  unbase64,
} from './bytes.ts';
import { openCheckpoint, type SignedCheckpoint, type Trust } from './checkpoint.ts';
import type { Cryptography } from './cryptography.ts';
import { type LedgerEntry, readLedgerEntry } from './entry.ts';
import { hashLeaf } from './hashes.ts';
import { checkInclusion } from './proofs.ts';

const HEADER = 'c2sp.org/tlog-proof@v1';
const EXTRA = 'extra ';
const INDEX = 'index ';
const MAX_HASHES = 64;
const EMPTY = new Uint8Array();

/** A C2SP tlog-proof. Ours carry the entry's bytes as the extra data, so that one file is enough. */
export type ProofFile = {
  readonly extra?: Uint8Array;
  readonly index: bigint;
  readonly proof: readonly Uint8Array[];
  /** The signed checkpoint, verbatim. */
  readonly checkpoint: string;
};

export function proofFileText({ extra, index, proof, checkpoint }: ProofFile): string {
  const opaque = extra === undefined ? [] : [`extra ${base64(extra)}`];
  return [HEADER, ...opaque, `index ${index}`, ...proof.map(base64), '', checkpoint].join('\n');
}

export function readProofFile(file: Uint8Array | string): ProofFile | Refusal {
  const text = typeof file === 'string' ? file : textOf(file);
  if (text === undefined) return refuse('the proof is not UTF-8');
  const blank = text.indexOf('\n\n');
  if (blank === -1) return refuse('the proof has no blank line before its checkpoint');
  const [header, ...lines] = text.slice(0, blank).split('\n');
  if (header !== HEADER) return refuse(`the first line is not ${HEADER}`);
  const extra = lines[0]?.startsWith(EXTRA) ? unbase64(lines.shift()?.slice(EXTRA.length) ?? '') : EMPTY;
  if (extra === undefined) return refuse('the extra data is not base64');
  const indexText = lines.shift() ?? '';
  const index = indexText.startsWith(INDEX) ? decimalU64(indexText.slice(INDEX.length)) : undefined;
  if (index === undefined) return refuse('the line with the index is missing or no number up to 2^64-1');
  const proof = readHashes(lines);
  if (isRefused(proof)) return proof;
  return { index, proof, checkpoint: text.slice(blank + 2), ...(extra !== EMPTY && { extra }) };
}

function readHashes(lines: readonly string[]): readonly Uint8Array[] | Refusal {
  if (lines.length > MAX_HASHES) return refuse('no tree is as high as the proof is long');
  const hashes: Uint8Array[] = [];
  for (const line of lines) {
    const hash = unbase64(line);
    if (hash?.length !== HASH_BYTES) return refuse('a line of the proof is no hash of 32 bytes');
    hashes.push(hash);
  }
  return hashes;
}

export type ProvenEntry = { readonly entry: LedgerEntry; readonly checkpoint: SignedCheckpoint };

/**
 * Whether a proof file shows that an entry is in the ledger whose keys are trusted. `entry` where it does not stand in
 * the file. The entry must also say itself that it has this place.
 */
export async function checkProofFile(
  file: Uint8Array | string,
  trust: Trust,
  crypto: Cryptography,
  entry?: Uint8Array,
): Promise<ProvenEntry | Refusal> {
  const parsed = readProofFile(file);
  if (isRefused(parsed)) return parsed;
  const bytes = entry ?? parsed.extra;
  if (bytes === undefined) return refuse('the file does not hold the entry: it must be given besides');
  const checkpoint = await openCheckpoint(parsed.checkpoint, trust, crypto);
  if (isRefused(checkpoint)) return refuse(`its checkpoint: ${checkpoint.refused}`);
  if (checkpoint.clockMissing) return refuse("its checkpoint: the log's own time line is missing");
  const { index, proof } = parsed;
  const leaf = await hashLeaf(crypto.sha256, bytes);
  const { size, root } = checkpoint;
  const refusal = await checkInclusion(crypto.sha256, { index, size, root, leaf, proof });
  if (refusal !== undefined) return refusal;
  const text = textOf(bytes);
  const read = text === undefined ? refuse('unreadable: the entry is not UTF-8') : readLedgerEntry(text);
  if (isRefused(read)) return read;
  if (BigInt(read.seq) !== index) return refuse(`the entry says that it is number ${read.seq}, not ${index}`);
  return { entry: read, checkpoint };
}
