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

/**
 * Counts the revisions of every subject: 1, 2, 3 ... without a gap, up to the head's where the system of record names
 * it. One number a subject while they come in order. Entries of the ledger's own kinds do not count.
 */
export function revisionCounter(): {
  readonly see: (entry: Pick<LedgerEntry, 'kind' | 'id' | 'rev'>) => void;
  readonly missing: (heads: Iterable<Subject>) => readonly MissingRevisions[];
} {
  const next = new Map<string, number>();
  // Few subjects have anything ahead of the next: a number is enough for all others.
  const ahead = new Map<string, Set<number>>();
  const see = ({ kind, id, rev }: Pick<LedgerEntry, 'kind' | 'id' | 'rev'>): void => {
    if (kind.startsWith(OWN_KINDS)) return;
    const key = `${kind}#${id}`;
    let wanted = next.get(key) ?? 1;
    if (rev > wanted) ahead.set(key, (ahead.get(key) ?? new Set()).add(rev));
    else if (rev === wanted) wanted += 1;
    while (ahead.get(key)?.delete(wanted) === true) wanted += 1;
    next.set(key, wanted);
  };
  const missing = (heads: Iterable<Subject>): readonly MissingRevisions[] => {
    const expected = new Map([...heads].map(({ kind, id, rev }) => [`${kind}#${id}`, rev]));
    return [...new Set([...next.keys(), ...expected.keys()])].flatMap((key) => {
      const revs = gaps(next.get(key) ?? 1, ahead.get(key) ?? new Set(), expected.get(key) ?? 0);
      const at = key.indexOf('#');
      return revs.length > 0 ? [{ kind: key.slice(0, at), id: key.slice(at + 1), revs }] : [];
    });
  };
  return { see, missing };
}

function gaps(next: number, ahead: ReadonlySet<number>, head: number): readonly number[] {
  const highest = Math.max(head, ...ahead);
  const revs: number[] = [];
  for (let rev = next; rev <= highest && revs.length < MAX_NAMED; rev += 1) {
    if (!ahead.has(rev)) revs.push(rev);
  }
  return revs;
}
