import type { Sealed } from './append.ts';
import type { LedgerHead } from './head.ts';

/** The salted content behind a special entry's commitment, for the payloads table. */
export type SpecialPayload = {
  readonly kind: string;
  readonly id: string;
  readonly bytes: string;
  readonly salt: string;
};

export type Append = {
  /** The head that the entries follow; nothing is written when it has moved. */
  readonly after: LedgerHead;
  readonly entries: readonly Sealed[];
  readonly head: LedgerHead;
  readonly payloads: readonly SpecialPayload[];
};

export type AppendResult =
  | { readonly kind: 'appended' }
  | { readonly kind: 'moved' } // another writer was first: read the head again
  | { readonly kind: 'sealed-before' }; // some of the entries are in the ledger already

/** What names an entry for good: one decision is sealed once. */
export type EntryKey = { readonly kind: string; readonly id: string; readonly rev: number };

/** One chain of the ledger. Throws Fault: Unavailable, PermissionDenied, Malformed. */
export type LedgerTable = {
  readonly head: () => Promise<LedgerHead>;
  /** One transaction: the new head, all entries, their payloads; or nothing. */
  readonly append: (append: Append) => Promise<AppendResult>;
  /** The commitment under which each key is sealed; undefined where it is not. In the order of the keys. */
  readonly commitments: (keys: readonly EntryKey[]) => Promise<readonly (string | undefined)[]>;
  /** The entry under a key, as it is stored; undefined where nothing is sealed under it. */
  readonly find: (key: EntryKey) => Promise<{ seq: number; bytes: string } | undefined>;
  /** Entries from..to-1 in order of seq, without a gap; fewer where the index lags behind the head. */
  readonly entries: (from: number, to: number) => Promise<readonly { seq: number; bytes: string }[]>;
};

/** An event as it goes on the bus. */
export type OutgoingEvent = {
  readonly source: string;
  readonly type: string;
  /** ISO time of the decision. */
  readonly at: string;
  readonly detail: Readonly<Record<string, unknown>>;
};

/** Puts events on the bus and answers the positions of those that did not get there, after bounded retries. */
export type Publisher = (events: readonly OutgoingEvent[]) => Promise<readonly number[]>;
