import { append, type LedgerTable, type Unsealed } from '../../shared/ledger/index.ts';
import { nodeCryptography } from '../../shared/ledger/node-crypto.ts';
import { ledgerKeyLines } from '../../shared/ledger/publish/index.ts';
import { tileBuilder } from '../../shared/ledger/tiles.ts';
import {
  type AuditReport,
  auditLedger,
  isRefused,
  readVerifierKey,
} from '../../shared/ledger/verifier/index.ts';
import { memoryLedger } from './memory-ledger.ts';
import { type MemoryPublishing, publishedSource } from './memory-publishing.ts';

const NOW = Date.parse('2026-11-21T10:00:01Z');

export type GrowingLedger = LedgerTable & {
  readonly grow: (count: number) => Promise<void>;
  /** The entries, as somebody with access to the table could change them. */
  readonly stored: string[];
};

/** A ledger that grows by so many entries, in batches of at most 99. */
export function growingLedger(): GrowingLedger {
  const ledger = memoryLedger();
  const one = (at: number): Unsealed => ({
    ...{ kind: 'rollback', id: `rbk_${at}`, rev: 1, via: 'stream', commitment: 'c'.repeat(64) },
    occurredAt: '2026-11-21T10:00:00.000Z',
  });
  const grow = async (count: number): Promise<void> => {
    for (let left = count; left > 0; left -= 99) {
      const after = await ledger.head();
      const records = Array.from({ length: Math.min(99, left) }, (_, at) => one(after.size + at));
      await ledger.append({ after, ...append(after, records, NOW), payloads: [] });
    }
  };
  return Object.assign(ledger, { grow, stored: ledger.stored as string[] });
}

/** The published ledger as the shipped verifier finds it, with the partial tiles as they are served. */
export async function auditPublished(
  deps: MemoryPublishing,
  entries: readonly string[],
): Promise<AuditReport> {
  const newest = await deps.checkpoints.newest();
  const builder = tileBuilder();
  for (const entry of entries.slice(0, newest?.size)) builder.add(Buffer.from(entry));
  const partial = new Map(builder.partial().map(({ path, bytes }) => [path, bytes]));
  const lines = await ledgerKeyLines(deps.origin, await deps.signers[0].publicKey());
  const read = await Promise.all(lines.map((line) => readVerifierKey(line, nodeCryptography())));
  const keys = read.flatMap((key) => (isRefused(key) ? [] : [key]));
  return await auditLedger(await publishedSource(deps, partial), { trust: { keys } }, nodeCryptography());
}
