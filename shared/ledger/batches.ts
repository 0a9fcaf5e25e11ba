import { Buffer } from 'node:buffer';
import type { Candidate } from './classify.ts';
import { MAX_BATCH_BYTES, MAX_BATCH_ITEMS } from './contract.ts';

// An entry with the longest id and ledger id is under 1 KB; the item repeats its key and index attributes.
const ENTRY_BYTES = 2_048;

/**
 * How many of the pending candidates fit in the next transaction: at most 99 items (a special entry brings its payload)
 * and 3 MB, and no key twice, since a transaction may touch an item once. At least 1 when there is any.
 */
export function nextBatchLength(pending: readonly Candidate[]): number {
  const keys = new Set<string>();
  let items = 0;
  let bytes = 0;
  for (const [at, { unsealed, payload }] of pending.entries()) {
    const key = `${unsealed.kind}/${unsealed.id}/${unsealed.rev}`;
    items += payload === undefined ? 1 : 2;
    bytes += ENTRY_BYTES + (payload === undefined ? 0 : Buffer.byteLength(payload.bytes));
    const fits = items <= MAX_BATCH_ITEMS && bytes <= MAX_BATCH_BYTES && !keys.has(key);
    if (!fits && at > 0) return at;
    keys.add(key);
  }
  return pending.length;
}
