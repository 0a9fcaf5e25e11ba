import { sign } from 'node:crypto';
import { nodeCryptography } from '../../shared/ledger/node-crypto.ts';
import { consistencyProof, rootAt, subtreesOf } from '../../shared/ledger/proofs.ts';
import { hashOfLeaf } from '../../shared/ledger/tiles.ts';
import { base64, checkpointText, sha256Of, signatureLine, utf8 } from '../../shared/ledger/verifier/index.ts';
import type { WitnessDeps, Witnessed, WitnessStore } from '../../shared/ledger/witness/index.ts';
import { type SigningKey, signingFor } from './tile-ledger.ts';

export const ORIGIN = 'holdfast.test/ledger';
export const signing = await signingFor(ORIGIN);
export const cryptography = nodeCryptography();
const EMPTY_ROOT = await sha256Of(cryptography.sha256, new Uint8Array());

/** A history of leaves; another `branch` has the same first `shared` ones and then others. */
export function history(branch: string, size: number, shared = 0) {
  const leaves = Array.from({ length: size }, (_, at) =>
    hashOfLeaf(utf8(at < shared ? `leaf ${at}` : `${branch} ${at}`)),
  );
  const subtree = subtreesOf(leaves);
  return {
    root: (at: number) => (at === 0 ? EMPTY_ROOT : rootAt(at, subtree)),
    proof: (from: number, to: number) => (from === 0 ? [] : consistencyProof(from, to, subtree)),
  };
}

/** A checkpoint as a log signs it. */
export function signedNote(
  size: number | bigint,
  root: Uint8Array,
  key: SigningKey = signing.log,
  origin = ORIGIN,
) {
  const text = checkpointText({ origin, size: BigInt(size), root });
  return `${text}\n${signatureLine(key.verifier, sign(null, utf8(text), key.secret))}`;
}

/** The body of add-checkpoint. */
export function requestBody(old: number | bigint, proof: readonly Uint8Array[], note: string): Uint8Array {
  return utf8(`old ${old}\n${proof.map((hash) => `${base64(hash)}\n`).join('')}\n${note}`);
}

/** A memory with the one step that the port promises; `between` is awaited before each call. */
export function memoryWitnessStore(between: () => Promise<void> = async () => undefined): WitnessStore & {
  readonly records: Map<string, Witnessed>;
} {
  const records = new Map<string, Witnessed>();
  return {
    records,
    read: async (origin) => {
      await between();
      return records.get(origin);
    },
    put: async (origin, next, before) => {
      await between();
      const stored = records.get(origin);
      if (stored?.size !== before?.size || stored?.root !== before?.root || stored?.time !== before?.time)
        return false;
      records.set(origin, next);
      return true;
    },
  };
}

/** A witness in memory, whose clock stands still. */
export function witnessDeps(store: WitnessStore = memoryWitnessStore()): WitnessDeps {
  const { witness, log } = signing;
  const bytes = witness.verifier.key.algorithm === 'ed25519' ? witness.verifier.key.bytes : new Uint8Array();
  return {
    store,
    signer: { publicKey: async () => bytes, sign: async (message) => sign(null, message, witness.secret) },
    key: witness.verifier,
    logs: [log.verifier],
    clock: () => Date.parse('2026-11-21T10:00:00Z'),
    cryptography,
  };
}
