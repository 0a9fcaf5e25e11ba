import type { Decision, Envelope, Head, Subject } from './decision.ts';

/** The stored decision with what proves it: canonical bytes, salt, and the key that made it once. */
export type Payload = { readonly bytes: string; readonly salt: string; readonly key: string };

/** A further conditional write in the same transaction: a lock or a counter in the heads table. */
export type Effect =
  | { readonly type: 'take-lock'; readonly lock: string; readonly holder: string }
  | { readonly type: 'release-lock'; readonly lock: string; readonly holder: string }
  | {
      readonly type: 'count';
      readonly counter: string;
      readonly by: 1 | -1;
      readonly max?: number;
      readonly expiresAt?: number;
    };

export type DecisionWrite = {
  readonly subject: Subject;
  /** rev of the head that this decision follows; 0 = the subject is born. */
  readonly expectedRev: number;
  readonly envelope: Envelope;
  readonly payload: Payload;
  readonly head: Head;
  readonly effects: readonly Effect[];
};

/** Why a write was refused: the decision's rev was taken or the head moved, or an effect's condition failed. */
export type WriteResult =
  | { readonly kind: 'written' }
  | { readonly kind: 'moved' }
  | { readonly kind: 'effect-refused'; readonly effect: Effect };

export type Page<T> = { readonly items: readonly T[]; readonly cursor?: string };
export type HeadQuery = {
  readonly kind: string;
  readonly service?: string;
  readonly environment?: string;
  readonly state?: string;
  readonly since?: string;
  /** ISO time: those whose last decision is not older. The lists are by creation, so that it only filters. */
  readonly changedSince?: string;
  readonly limit?: number;
  readonly cursor?: string;
};

/** Decisions, payloads and heads: the system of record. One implementation writes in DynamoDB, one in memory for unit tests. */
export type Store = {
  readonly write: (write: DecisionWrite) => Promise<WriteResult>;
  readonly head: (subject: Subject) => Promise<Head | undefined>;
  /** Newest first by createdAt. */
  readonly heads: (query: HeadQuery) => Promise<Page<Head>>;
  /** The envelope and payload of one step; payload is absent once erased. */
  readonly decision: (
    subject: Subject,
    rev: number,
  ) => Promise<{ envelope: Envelope; payload?: Payload } | undefined>;
  /** All steps in order of rev, decisions parsed from their canonical bytes. */
  readonly decisions: (
    subject: Subject,
  ) => Promise<readonly { envelope: Envelope; payload?: Payload; decision?: Decision }[]>;
  readonly lockHolder: (lock: string) => Promise<string | undefined>;
  readonly count: (counter: string) => Promise<number>;
};
