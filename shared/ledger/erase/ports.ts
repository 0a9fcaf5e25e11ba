import type { EntryKey } from '../ports.ts';

/** Payloads of decisions: bytes, salt and key. Throws Fault: Unavailable, PermissionDenied. */
export type Payloads = {
  /** Whether each is there, in the order of the keys; read consistently. */
  readonly present: (decisions: readonly EntryKey[]) => Promise<readonly boolean[]>;
  /** Removes them for good. One that is gone already is success. */
  readonly remove: (decisions: readonly EntryKey[]) => Promise<void>;
};

/** The content of the ledger's own entries. Throws Fault: Unavailable, PermissionDenied, Malformed. */
export type Statements = {
  readonly read: (
    kind: string,
    id: string,
  ) => Promise<{ readonly bytes: string; readonly salt: string } | undefined>;
};
