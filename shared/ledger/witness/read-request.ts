import {
  type Checkpoint,
  decimalU64,
  HASH_BYTES,
  isRefused,
  type Refusal,
  readCheckpoint,
  refuse,
  splitNote,
  textOf,
  unbase64,
} from '../verifier/index.ts';

/** What a log asks of a witness: `POST /add-checkpoint` of C2SP tlog-witness. */
export type AddCheckpoint = {
  /** The size that the log believes the witness to have seen last. */
  readonly old: bigint;
  /** The consistency proof from the old size to the checkpoint's. */
  readonly proof: readonly Uint8Array[];
  /** The signed note as it came; nothing of its signatures is checked yet. */
  readonly note: string;
  readonly checkpoint: Checkpoint;
};

/** A proof from any tree to any other of 2^64 leaves has no more hashes. */
const MAX_PROOF = 63;
/** Far over what 63 hashes and a note with its cosignatures take. */
export const MAX_REQUEST_BYTES = 65_536;

/** Reads the body of `add-checkpoint`: `old <size>`, the hashes of the proof, a blank line, the note. Never throws. */
export function readAddCheckpoint(body: Uint8Array): AddCheckpoint | Refusal {
  if (body.length > MAX_REQUEST_BYTES) return refuse(`the body is over ${MAX_REQUEST_BYTES} bytes`);
  const text = textOf(body);
  if (text === undefined) return refuse('the body is not UTF-8');
  const blank = text.indexOf('\n\n');
  if (blank === -1) return refuse('the body has no blank line before the checkpoint');
  const [oldLine = '', ...proofLines] = text.slice(0, blank).split('\n');
  const old = oldLine.startsWith('old ') ? decimalU64(oldLine.slice('old '.length)) : undefined;
  if (old === undefined) return refuse('the first line must be "old" and a size');
  const proof = readProof(proofLines);
  if (isRefused(proof)) return proof;
  const note = text.slice(blank + 2);
  const split = splitNote(note);
  if (isRefused(split)) return split;
  const checkpoint = readCheckpoint(split.text);
  if (isRefused(checkpoint)) return checkpoint;
  if (old > checkpoint.size)
    return refuse(`the old size ${old} is over the checkpoint's, ${checkpoint.size}`);
  return { old, proof: proof.hashes, note, checkpoint };
}

function readProof(lines: readonly string[]): { readonly hashes: readonly Uint8Array[] } | Refusal {
  if (lines.length > MAX_PROOF) return refuse(`the proof has more than ${MAX_PROOF} hashes`);
  const hashes = lines.map(unbase64);
  const wrong = hashes.findIndex((hash) => hash?.length !== HASH_BYTES);
  if (wrong !== -1) return refuse(`hash ${wrong + 1} of the proof is not base64 of ${HASH_BYTES} bytes`);
  return { hashes: hashes.filter((hash) => hash !== undefined) };
}
