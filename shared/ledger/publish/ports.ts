/** The newest checkpoint of a ledger: what `GET /v1/ledger/checkpoint` answers. */
export type StoredCheckpoint = {
  readonly size: number;
  /** Hex. */
  readonly root: string;
  /** The signed note, with the time line and the cosignatures it has by now. */
  readonly note: string;
  /** ISO time of the last signing or heartbeat. */
  readonly signedAt: string;
};

/** Where the full tiles end: the tree is built on from here. */
export type StoredTileState = {
  /** A multiple of 256: so many entries are in full tiles in the bucket. Never behind the newest checkpoint's full tiles. */
  readonly size: number;
  /** The link of entry `size - 1`, hex: what the next entry carries as `prev`. */
  readonly prev: string;
  /** The hashes of the unfinished tile of level 1, 2 ...: hex, each list shorter than 256. */
  readonly levels: readonly (readonly string[])[];
};

/** Throws Fault: Unavailable, PermissionDenied, Malformed. */
export type CheckpointTable = {
  readonly newest: () => Promise<StoredCheckpoint | undefined>;
  /** Only while `before` is still the newest; false where somebody else was first. */
  readonly put: (next: StoredCheckpoint, before: StoredCheckpoint | undefined) => Promise<boolean>;
  readonly tileState: () => Promise<StoredTileState | undefined>;
  /** Only while `before` is still what is stored; false where somebody else was first. */
  readonly putTileState: (next: StoredTileState, before: StoredTileState | undefined) => Promise<boolean>;
};

/** The files of the ledger where nobody can change them. Throws Fault: Unavailable, PermissionDenied. */
export type LedgerFiles = {
  /** The oldest version: what was published first. */
  readonly read: (path: string) => Promise<Uint8Array | undefined>;
  /** Writes what is not there. `same` and `other`: it was, with these bytes or with others. */
  readonly putOnce: (path: string, bytes: Uint8Array) => Promise<'written' | 'same' | 'other'>;
};

/** The ledger's key. Throws Fault: Unavailable, PermissionDenied, Malformed. */
export type Signer = {
  /** The raw Ed25519 public key, 32 bytes. */
  readonly publicKey: () => Promise<Uint8Array>;
  /** Ed25519 over at most 4,096 bytes: 64 bytes. */
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
};

/** Asks for a checkpoint in so many seconds. Throws Fault: Unavailable, PermissionDenied. */
export type CheckpointQueue = { readonly ask: (delaySeconds: number) => Promise<void> };
