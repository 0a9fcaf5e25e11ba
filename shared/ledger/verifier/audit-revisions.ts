import type { LedgerEntry } from './entry.ts';

const OWN_KINDS = 'ledger.';
// A forged entry may claim any revision: the list of what is missing before it stays readable.
const MAX_NAMED = 1_000;

export type Subject = { readonly kind: string; readonly id: string; readonly rev: number };
export type MissingRevisions = {
  readonly kind: string;
  readonly id: string;
  readonly revs: readonly number[];
};

// Most subjects come in order: only then is there nothing ahead of the next.
type Seen = { next: number; ahead?: Set<number> };

/**
 * Counts the revisions of every subject: 1, 2, 3 ... without a gap, up to the head's where the system of record names
 * it. One number a subject while they come in order. Entries of the ledger's own kinds do not count.
 */
export function revisionCounter(): {
  readonly see: (entry: Pick<LedgerEntry, 'kind' | 'id' | 'rev'>) => void;
  readonly missing: (heads: Iterable<Subject>) => readonly MissingRevisions[];
} {
  const subjects = new Map<string, Seen>();
  const see = ({ kind, id, rev }: Pick<LedgerEntry, 'kind' | 'id' | 'rev'>): void => {
    if (kind.startsWith(OWN_KINDS)) return;
    const key = `${kind}#${id}`;
    const seen = subjects.get(key) ?? { next: 1 };
    subjects.set(key, seen);
    if (rev > seen.next) {
      seen.ahead ??= new Set();
      seen.ahead.add(rev);
    }
    if (rev === seen.next) seen.next += 1;
    while (seen.ahead?.delete(seen.next) === true) seen.next += 1;
  };
  const missing = (heads: Iterable<Subject>): readonly MissingRevisions[] => {
    const expected = new Map([...heads].map(({ kind, id, rev }) => [`${kind}#${id}`, rev]));
    return [...new Set([...subjects.keys(), ...expected.keys()])].flatMap((key) => {
      const revs = gaps(subjects.get(key), expected.get(key) ?? 0);
      const at = key.indexOf('#');
      return revs.length > 0 ? [{ kind: key.slice(0, at), id: key.slice(at + 1), revs }] : [];
    });
  };
  return { see, missing };
}

function gaps(seen: Seen | undefined, head: number): readonly number[] {
  const highest = Math.max(head, ...(seen?.ahead ?? []));
  const revs: number[] = [];
  for (let rev = seen?.next ?? 1; rev <= highest && revs.length < MAX_NAMED; rev += 1)
    if (seen?.ahead?.has(rev) !== true) revs.push(rev);
  return revs;
}
