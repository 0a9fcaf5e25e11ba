import { LEDGER_KIND_PREFIX } from './contract.ts';
import type { Entry } from './entry.ts';

// A forged entry may claim any rev: the list of what is missing before it stays readable.
const MAX_GAPS_NAMED = 1_000;

/** A subject as the system of record has it: its head's rev. */
export type SubjectRev = { readonly kind: string; readonly id: string; readonly rev: number };
type Missing = { readonly kind: string; readonly id: string; readonly revs: readonly number[] };

export type Completeness = {
  readonly complete: boolean;
  /** Revs that ought to be sealed and are not. */
  readonly missing: readonly Missing[];
  /** Revs sealed twice: the ledger was written by something other than its writer. */
  readonly doubled: readonly Missing[];
  /** Subjects in the ledger that were not among the given heads: younger than the list, or their head is gone. */
  readonly unlisted: readonly { readonly kind: string; readonly id: string }[];
};

/**
 * Whether every decision reached the ledger: for each subject the revs 1..n without a gap, n at least the head's rev.
 * Read the subjects before the entries: a ledger that has grown since is then no finding. Special entries do not count.
 */
export function checkCompleteness(
  entries: Iterable<Pick<Entry, 'kind' | 'id' | 'rev'>>,
  subjects: Iterable<SubjectRev>,
): Completeness {
  const sealed = countRevs(entries);
  const expected = new Map([...subjects].map((subject) => [keyOf(subject), subject]));
  const missing: Missing[] = [];
  const doubled: Missing[] = [];
  for (const key of new Set([...sealed.keys(), ...expected.keys()])) {
    const counts = sealed.get(key) ?? new Map<number, number>();
    const [kind, id] = splitKey(key);
    const gaps = gapsIn(counts, expected.get(key)?.rev ?? 0);
    const twice = [...counts].filter(([, count]) => count > 1).map(([rev]) => rev);
    if (gaps.length > 0) missing.push({ kind, id, revs: gaps });
    if (twice.length > 0) doubled.push({ kind, id, revs: twice });
  }
  const unlisted = [...sealed.keys()]
    .filter((key) => !expected.has(key))
    .map((key) => splitKey(key))
    .map(([kind, id]) => ({ kind, id }));
  return { complete: missing.length === 0 && doubled.length === 0, missing, doubled, unlisted };
}

function gapsIn(counts: ReadonlyMap<number, number>, headRev: number): readonly number[] {
  let highest = headRev;
  for (const rev of counts.keys()) highest = Math.max(highest, rev);
  const gaps: number[] = [];
  for (let rev = 1; rev <= highest && gaps.length < MAX_GAPS_NAMED; rev += 1) {
    if (!counts.has(rev)) gaps.push(rev);
  }
  return gaps;
}

function countRevs(entries: Iterable<Pick<Entry, 'kind' | 'id' | 'rev'>>): Map<string, Map<number, number>> {
  const sealed = new Map<string, Map<number, number>>();
  for (const entry of entries) {
    if (entry.kind.startsWith(LEDGER_KIND_PREFIX)) continue;
    const counts = sealed.get(keyOf(entry)) ?? new Map<number, number>();
    counts.set(entry.rev, (counts.get(entry.rev) ?? 0) + 1);
    sealed.set(keyOf(entry), counts);
  }
  return sealed;
}

function keyOf(subject: { readonly kind: string; readonly id: string }): string {
  return `${subject.kind}#${subject.id}`;
}

function splitKey(key: string): readonly [kind: string, id: string] {
  const at = key.indexOf('#');
  return [key.slice(0, at), key.slice(at + 1)];
}
