import { sign } from 'node:crypto';
import { rootAt, subtreesOf } from '../../shared/ledger/proofs.ts';
import type { StoredCheckpoint } from '../../shared/ledger/publish/ports.ts';
import { hashOfLeaf, type TileState, tileBuilder } from '../../shared/ledger/tiles.ts';
import { checkpointText, hex, signatureLine } from '../../shared/ledger/verifier/index.ts';
import type { Signing } from './tile-ledger.ts';

/**
 * What the service serves of a ledger whose newest checkpoint is for `size` of its entries: the ports over memory, with
 * the full files as they are published and the builder's state of the last full bundle. `reads` counts the files read.
 */
export function servedLedger(entries: readonly string[], size: number, { log }: Signing, origin: string) {
  const files = new Map<string, Uint8Array>();
  const builder = tileBuilder();
  let state: TileState = builder.state();
  for (const [at, entry] of entries.slice(0, size).entries()) {
    for (const { path, bytes } of builder.add(Buffer.from(entry))) files.set(path, bytes);
    if ((at + 1) % 256 === 0)
      state = { ...builder.state(), levels: builder.state().levels.map((one) => [...one]) };
  }
  const leaves = entries.slice(0, size).map((entry) => hashOfLeaf(Buffer.from(entry)));
  const root = rootAt(size, subtreesOf(leaves));
  const text = checkpointText({ origin, size: BigInt(size), root });
  const note = `${text}\n${signatureLine(log.verifier, sign(null, Buffer.from(text), log.secret))}`;
  const newest: StoredCheckpoint = { size, root: hex(root), note, signedAt: '2026-11-21T10:00:10.000Z' };
  const levels = state.levels.slice(1).map((level) => level.map(hex));
  const reads: string[] = [];
  return {
    reads,
    stored: files,
    builder,
    deps: {
      checkpoints: {
        newest: async () => newest,
        tileState: async () => ({ size: state.size, prev: '0'.repeat(64), levels }),
      },
      files: {
        read: async (path: string) => {
          reads.push(path);
          return files.get(path);
        },
      },
      table: {
        find: async ({ kind, id, rev }: { kind: string; id: string; rev: number }) => {
          const seq = entries.findIndex(
            (entry) => entry.includes(`"id":"${id}","kind":"${kind}",`) && entry.includes(`"rev":${rev},`),
          );
          return seq === -1 ? undefined : { seq, bytes: entries[seq] ?? '' };
        },
        entries: async (from: number, to: number) => {
          reads.push(`entries ${from}-${to}`);
          return entries.slice(from, to).map((bytes, at) => ({ seq: from + at, bytes }));
        },
      },
    },
  };
}
