import { Buffer } from 'node:buffer';
import * as z from 'zod';
import { Fault, wholeNumber } from '../../kernel/index.ts';
import { nodeCryptography } from '../node-crypto.ts';
import type { EntryKey, LedgerTable } from '../ports.ts';
import { inclusionProof, type SubtreeHash } from '../proofs.ts';
import { hashOfLeaf } from '../tiles.ts';
import { checkInclusion, proofFileText } from '../verifier/index.ts';
import { provenFromTiles } from './proven-from-tiles.ts';
import type { TileDeps } from './tile-files.ts';

const RETRY_SECONDS = 10;

/** Of `GET /v1/ledger/proof/{kind}/{id}/{rev}`. */
export const ProofParams = z.strictObject({
  kind: z.string().min(1).max(64),
  id: z.string().min(1).max(200),
  rev: wholeNumber(1),
});

export type ProofDeps = TileDeps & { readonly table: Pick<LedgerTable, 'entries' | 'find'> };

/**
 * A file that shows offline that a decision is sealed (C2SP tlog-proof): the entry, its path to the root, the newest
 * checkpoint. Reads some tiles a level, never the ledger. Throws Fault: NotFound for what is not sealed, Conflict while no
 * checkpoint covers it, Unavailable, Malformed where what is stored does not lead to the root that was signed.
 */
export async function proveEntry(deps: ProofDeps, key: EntryKey): Promise<string> {
  const found = await deps.table.find(key);
  if (found === undefined)
    throw new Fault('NotFound', `${key.kind} ${key.id} rev ${key.rev} is not in the ledger`);
  const checkpoint = await deps.checkpoints.newest();
  if (checkpoint === undefined || checkpoint.size <= found.seq)
    throw new Fault('Conflict', 'no checkpoint covers the entry yet: ask again', {
      retryAfterSeconds: RETRY_SECONDS,
    });
  const { size, root, note } = checkpoint;
  const prove = (subtree: SubtreeHash) => inclusionProof(found.seq, size, subtree);
  const proof = await provenFromTiles(deps, size, prove);
  const extra = Buffer.from(found.bytes);
  const claim = { index: BigInt(found.seq), size: BigInt(size), root: Buffer.from(root, 'hex'), proof };
  const refusal = await checkInclusion(nodeCryptography().sha256, { ...claim, leaf: hashOfLeaf(extra) });
  if (refusal !== undefined)
    throw new Fault('Malformed', `what is stored does not prove the entry: ${refusal.refused}`);
  return proofFileText({ extra, index: claim.index, proof, checkpoint: note });
}
