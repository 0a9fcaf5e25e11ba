import { ZERO_HASH } from './entry.ts';
import { appendLeaf, type Frontier, frontierRanges, rootOf } from './frontier.ts';
import type { LedgerHead } from './head.ts';
import { type ReadEntry, readEntry } from './read-entry.ts';

type BadReason =
  | 'unreadable' // the bytes are no entry
  | 'not-canonical' // the bytes are not the RFC 8785 form of what they say
  | 'other-ledger' // the entry belongs to another ledger
  | 'altered' // its hash is not what the next entry, or the head, carries
  | 'missing' // an entry is gone, or a later one stands in its place
  | 'inserted' // an entry stands where none belongs
  | 'clock' // sealedAt runs backwards
  | 'truncated' // the head counts more entries than there are
  | 'beyond-head' // there are more entries than the head counts
  | 'head'; // the chain ends as the head says, but head and Merkle tree disagree

/** `firstBad` is the place in the ledger, counted from 0. `suspects` bounds a rewritten run of entries: [from, to). */
export type Verification =
  | { readonly kind: 'sound'; readonly size: number; readonly root: string }
  | {
      readonly kind: 'bad';
      readonly firstBad: number;
      readonly reason: BadReason;
      readonly suspects?: { readonly from: number; readonly to: number };
    };
type Bad = Extract<Verification, { kind: 'bad' }>;

/**
 * Checks a whole ledger against a head: each entry's canonical bytes, place, predecessor, ledger and time, then the
 * count, the chain's end and the Merkle root. Names the first bad entry. The same functions as the writer's compute
 * leaf, link and tree. `entries` are the stored bytes from entry 0 on, in the order in which they are kept.
 */
export function verifyLedger(entries: Iterable<string>, head: LedgerHead): Verification {
  const walk = startWalk(head);
  for (const bytes of entries) {
    const bad = walk.next(bytes);
    if (bad !== undefined) return bad;
  }
  return walk.end();
}

/** The same over entries that arrive page by page. */
export async function verifyLedgerStream(
  entries: AsyncIterable<string> | Iterable<string>,
  head: LedgerHead,
): Promise<Verification> {
  const walk = startWalk(head);
  for await (const bytes of entries) {
    const bad = walk.next(bytes);
    if (bad !== undefined) return bad;
  }
  return walk.end();
}

type Walk = { readonly next: (bytes: string) => Bad | undefined; readonly end: () => Verification };
type Seen = { readonly size: number; readonly frontier: Frontier; readonly last?: ReadEntry };
type Break = { readonly at: number; readonly found: ReadEntry; readonly last?: ReadEntry };

function startWalk(head: LedgerHead): Walk {
  let seen: Seen = { size: 0, frontier: [] };
  // A break shows only that one of two neighbours is wrong; the next entry's `prev`, or the head's, tells which.
  let broken: Break | undefined;
  const next = (bytes: string): Bad | undefined => {
    const found = readEntry(bytes);
    if (broken !== undefined) return blame(broken, typeof found === 'string' ? '' : found.entry.prev);
    if (typeof found === 'string') return bad(seen.size, found);
    const reason = misplaced(found, seen, head.ledgerId);
    if (reason === 'broken') {
      broken = { at: seen.size, found, ...(seen.last !== undefined && { last: seen.last }) };
      return undefined;
    }
    if (reason !== undefined) return bad(seen.size, reason);
    seen = { size: seen.size + 1, frontier: appendLeaf(seen.frontier, seen.size, found.leaf), last: found };
    return undefined;
  };
  const end = (): Verification => (broken === undefined ? againstHead(head, seen) : blame(broken, head.prev));
  return { next, end };
}

function misplaced(
  { entry }: ReadEntry,
  seen: Seen,
  ledgerId: string,
): 'other-ledger' | 'missing' | 'clock' | 'broken' | undefined {
  if (entry.ledgerId !== ledgerId) return 'other-ledger';
  if (entry.seq > seen.size) return 'missing';
  if (entry.seq < seen.size || entry.prev !== (seen.last?.link ?? ZERO_HASH)) return 'broken';
  const backwards = seen.last !== undefined && entry.sealedAt < seen.last.entry.sealedAt;
  return backwards ? 'clock' : undefined;
}

/** `successor` is the link that the following entry (or the head) expects: whoever it vouches for is authentic. */
function blame({ at, found, last }: Break, successor: string): Bad {
  const reason = found.entry.seq < at ? 'inserted' : 'altered';
  const authentic = found.link === successor && found.bytes !== last?.bytes;
  return bad(last !== undefined && authentic ? at - 1 : at, reason);
}

function againstHead(head: LedgerHead, seen: Seen): Verification {
  if (seen.size < head.size) return bad(seen.size, 'truncated');
  if (seen.size > head.size) return bad(head.size, 'beyond-head');
  const link = seen.last?.link ?? ZERO_HASH;
  const same = head.frontier.length === seen.frontier.length;
  const differs = seen.frontier.findIndex((hash, at) => hash !== head.frontier[at]);
  if (link === head.prev && same && differs === -1) {
    return { kind: 'sound', size: seen.size, root: rootOf(seen.frontier) };
  }
  const suspects = frontierRanges(seen.size)[differs];
  const reason = link === head.prev ? 'head' : 'altered';
  const verdict = bad(Math.max(0, seen.size - 1), reason);
  return suspects === undefined ? verdict : { ...verdict, suspects };
}

function bad(firstBad: number, reason: BadReason): Bad {
  return { kind: 'bad', firstBad, reason };
}
