import { millis } from '../../kernel/index.ts';
import type { DecisionRecord } from '../classify.ts';
import type { RawDecision } from './ports.ts';

const REV_DIGITS = 6;
/** The stream brings a decision within seconds; one that is younger than this is on its way, not missing. */
const SETTLED_AFTER_MS = 5 * 60_000;

/** A subject as three witnesses have it: its head, the decisions table, and the ledger. */
export type Compared = {
  readonly kind: string;
  readonly id: string;
  /** Of the head, and when it was last changed (ISO). */
  readonly rev: number;
  readonly updatedAt: string;
  readonly items: readonly RawDecision[];
  /** The commitment under which revision 1, 2 ... is sealed. */
  readonly sealed: readonly (string | undefined)[];
};

export type Difference = {
  /** In the table and not sealed, in order of rev. */
  readonly missing: readonly DecisionRecord[];
  /** Sealed under another commitment than the table has now. */
  readonly conflicting: readonly DecisionRecord[];
  /** Sealed, and no longer in the table. */
  readonly removed: readonly DecisionRecord[];
  /** In neither: the head says that these were decided. */
  readonly unsealable: readonly number[];
};

// A forged head or item may claim any revision; an item beyond this is sealed like a stray one.
const MAX_REVS = 100_000;

/** How many revisions of a subject there are to ask the ledger for. */
export function lastRev({ rev, items }: Pick<Compared, 'rev' | 'items'>): number {
  const highest = items.reduce((last, item) => Math.max(last, revOf(item) ?? 0), rev);
  return Math.min(highest, MAX_REVS);
}

/** What the ledger lacks of a subject, and what it has otherwise. Pure: `now` in ms. */
export function compareSubject(subject: Compared, now: number): Difference {
  const settled = now - SETTLED_AFTER_MS;
  const { kind, id, items } = subject;
  const bySk = new Map(items.map((item) => [String(item.sk), item]));
  const revisions = subject.sealed.map((sealed, at): Revision => {
    const item = bySk.get(revKey(at + 1));
    const known = at < subject.rev && millis(subject.updatedAt) <= settled;
    return { rev: at + 1, item, verdict: verdictOn(item, sealed, known, settled) };
  });
  const of = (verdict: Verdict) => revisions.filter((each) => each.verdict === verdict);
  const insertedOf = (verdict: Verdict) =>
    of(verdict).flatMap(({ item }) => (item === undefined ? [] : [inserted(item)]));
  // What is under no key of a decision is sealed as rejected; its image makes the entry's id, so once is enough.
  const strays = items.filter((item) => (revOf(item) ?? MAX_REVS + 1) > MAX_REVS && isOld(item, settled));
  return {
    missing: [...strays.map(inserted), ...insertedOf('missing')],
    conflicting: insertedOf('conflicting'),
    removed: of('removed').map(({ rev }) => removedRecord(kind, id, rev)),
    unsealable: of('unsealable').map(({ rev }) => rev),
  };
}

type Verdict = 'same' | 'young' | 'missing' | 'conflicting' | 'removed' | 'unsealable';
type Revision = { readonly rev: number; readonly item: RawDecision | undefined; readonly verdict: Verdict };

/** `known`: a head that has settled counts this revision among its own. */
function verdictOn(
  item: RawDecision | undefined,
  sealed: string | undefined,
  known: boolean,
  settled: number,
): Verdict {
  if (item === undefined && sealed === undefined) return known ? 'unsealable' : 'young';
  if (item === undefined) return 'removed';
  if (sealed === undefined) return isOld(item, settled) ? 'missing' : 'young';
  return sealed === item.commitment ? 'same' : 'conflicting';
}

/** An item without a time that can be read is none of ours, and nothing is on its way. */
function isOld({ at }: RawDecision, settled: number): boolean {
  const time = typeof at === 'string' ? millis(at) : Number.NaN;
  return Number.isNaN(time) || time <= settled;
}

function revOf({ sk }: RawDecision): number | undefined {
  const rev = Number(/^REV#(\d{6,})$/.exec(String(sk))?.[1]);
  return rev >= 1 && revKey(rev) === sk ? rev : undefined;
}

function revKey(rev: number): string {
  return `REV#${String(rev).padStart(REV_DIGITS, '0')}`;
}

function inserted(item: RawDecision): DecisionRecord {
  return { change: 'INSERT', keys: { pk: item.pk, sk: item.sk }, newImage: item };
}

function removedRecord(kind: string, id: string, rev: number): DecisionRecord {
  return { change: 'REMOVE', keys: { pk: `${kind.toUpperCase()}#${id}`, sk: revKey(rev) } };
}
