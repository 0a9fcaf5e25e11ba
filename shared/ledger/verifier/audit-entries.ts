import { equalBytes, isRefused, textOf } from './bytes.ts';
import type { Sha256 } from './cryptography.ts';
import { type LedgerEntry, readLedgerEntry } from './entry.ts';
import { leafMessages, linkMessages, linkPrefix } from './hashes.ts';
import type { Finding } from './source.ts';

/** What the next entry must follow. */
export type ChainEnd = {
  readonly size: number;
  readonly link: Uint8Array;
  readonly sealedAt: string;
  /** Absent before the first entry, unless the auditor names the ledger. */
  readonly ledgerId?: string;
};

export type CheckedEntries = {
  readonly leaves: readonly Uint8Array[];
  readonly end: ChainEnd;
  /** The first that does not fit; the entries before it do. */
  readonly bad?: Finding;
  /** The first bad one has another predecessor than the one that stands before it: one of the two was changed. */
  readonly torn?: { readonly seq: number; readonly link: Uint8Array };
};

// What is taken apart at once must outlive a collection of garbage, and the memory set aside for it grows with how much does.
const AT_ONCE = 32;

/**
 * Checks entries that stand side by side: their bytes, their leaf hashes against the stored tile, ledger, place,
 * predecessor and time. Hashes in batches. `visit` sees each that fits, in order.
 */
export async function checkEntries(
  sha256: Sha256,
  bytes: readonly Uint8Array[],
  tile: readonly Uint8Array[] | undefined,
  start: ChainEnd,
  visit: (entry: LedgerEntry) => void,
): Promise<CheckedEntries> {
  const leaves: Uint8Array[] = [];
  let end = start;
  for (let from = 0; from < bytes.length; from += AT_ONCE) {
    const to = from + AT_ONCE;
    const run = await checkRun(sha256, bytes.slice(from, to), tile?.slice(from, to), end);
    for (const entry of run.entries) visit(entry);
    leaves.push(...run.leaves);
    end = run.end;
    if (run.bad !== undefined) return { ...run, leaves };
  }
  return { leaves, end };
}

async function checkRun(
  sha256: Sha256,
  bytes: readonly Uint8Array[],
  tile: readonly Uint8Array[] | undefined,
  start: ChainEnd,
): Promise<CheckedEntries & { readonly entries: readonly LedgerEntry[] }> {
  const { entries, unreadable } = readAll(bytes);
  const leaves = await sha256(leafMessages(bytes.slice(0, entries.length)));
  const ledgerId = start.ledgerId ?? entries[0]?.ledgerId ?? '';
  const links = await sha256(linkMessages(linkPrefix(ledgerId), entries, leaves));
  let end: ChainEnd = { ...start, ledgerId };
  for (const [at, entry] of entries.entries()) {
    const [leaf, link] = [leaves[at], links[at]];
    if (leaf === undefined || link === undefined) throw new Error('the hash function lost a message');
    const differs = tile !== undefined && !isSame(tile[at], leaf);
    const reason = reasonAgainst(entry, end, ledgerId, differs);
    if (reason !== undefined) {
      const bad: Finding = { verdict: 'altered', reason, seq: end.size };
      const torn = reason === TORN ? { torn: { seq: end.size, link } } : {};
      return { leaves, entries: entries.slice(0, at), end, bad, ...torn };
    }
    end = { size: end.size + 1, link, sealedAt: entry.sealedAt, ledgerId };
  }
  if (unreadable === undefined) return { leaves, entries, end };
  return { leaves, entries, end, bad: { verdict: 'altered', reason: unreadable, seq: end.size } };
}

const TORN = 'altered: its predecessor is not the entry before it';

function readAll(bytes: readonly Uint8Array[]): {
  readonly entries: readonly LedgerEntry[];
  readonly unreadable?: string;
} {
  const entries: LedgerEntry[] = [];
  for (const each of bytes) {
    const text = textOf(each);
    if (text === undefined) return { entries, unreadable: 'unreadable: it is not UTF-8' };
    const entry = readLedgerEntry(text);
    if (isRefused(entry)) return { entries, unreadable: entry.refused };
    entries.push(entry);
  }
  return { entries };
}

function reasonAgainst(
  entry: LedgerEntry,
  end: ChainEnd,
  ledgerId: string,
  differs: boolean,
): string | undefined {
  if (entry.ledgerId !== ledgerId) return `other-ledger: it belongs to "${entry.ledgerId}"`;
  if (entry.seq > end.size) return `missing: number ${entry.seq} stands in its place`;
  if (entry.seq < end.size) return `inserted: number ${entry.seq} stands there once more`;
  if (differs) return 'altered: its hash is not the one in the tile';
  if (!equalBytes(entry.prev, end.link)) return TORN;
  return entry.sealedAt < end.sealedAt ? 'clock: it was sealed before the entry before it' : undefined;
}

function isSame(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && equalBytes(a, b);
}
