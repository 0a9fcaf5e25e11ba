import { isoTime, millis } from '../kernel/index.ts';
import { type Entry, entryBytes, leafHash, linkHash } from './entry.ts';
import { appendLeaf } from './frontier.ts';
import type { LedgerHead } from './head.ts';

/** What is to be sealed, before it has a place in the chain. */
export type Unsealed = Pick<Entry, 'kind' | 'id' | 'rev' | 'occurredAt' | 'via' | 'commitment'>;
export type Sealed = { readonly entry: Entry; readonly bytes: string };

/**
 * Gives records their places after `head`, in their order. Pure: the same head, records and `now` (ms) give the same bytes.
 * sealedAt = max(now, previous sealedAt), so that it never runs backwards.
 */
export function append(
  head: LedgerHead,
  records: readonly Unsealed[],
  now: number,
): { readonly entries: readonly Sealed[]; readonly head: LedgerHead } {
  const previous = head.sealedAt === undefined ? now : millis(head.sealedAt);
  const sealedAt = isoTime(Math.max(now, previous));
  const entries: Sealed[] = [];
  let { size, frontier, prev } = head;
  for (const record of records) {
    const { kind, id, rev, occurredAt, via, commitment } = record;
    const { ledgerId } = head;
    const place = { v: 1, ledgerId, seq: size, prev } as const;
    const entry: Entry = { ...place, kind, id, rev, occurredAt, sealedAt, via, commitment };
    const bytes = entryBytes(entry);
    const leaf = leafHash(bytes);
    entries.push({ entry, bytes });
    frontier = appendLeaf(frontier, size, leaf);
    prev = linkHash(entry, leaf);
    size += 1;
  }
  if (entries.length === 0) return { entries, head };
  return { entries, head: { ledgerId: head.ledgerId, size, frontier, prev, sealedAt } };
}
