/** What a witness remembers of a log: the newest checkpoint that it cosigned. */
export type Witnessed = {
  readonly size: bigint;
  /** Hex. */
  readonly root: string;
  /** Of the cosignature: seconds since 1970. */
  readonly time: bigint;
  /** The checkpoint with the log's signatures and the witness's own. */
  readonly note: string;
};

/** A witness's memory, one record for each origin. Throws Fault: Unavailable, PermissionDenied, Malformed. */
export type WitnessStore = {
  readonly read: (origin: string) => Promise<Witnessed | undefined>;
  /**
   * In one step that nothing can come between: writes `next` if what is stored is still `before` in size, root and time,
   * or nothing where that is undefined; false where it is not. What is written stays, whatever fails next.
   */
  readonly put: (origin: string, next: Witnessed, before: Witnessed | undefined) => Promise<boolean>;
};

/** A witness as a log sees it. Throws Fault: Unavailable (its retries are used up), Malformed. */
export type Witness = {
  readonly cosign: (oldSize: number, proof: readonly Uint8Array[], note: string) => Promise<WitnessReply>;
};

export type WitnessReply =
  /** Signature lines of the note, without their newlines; nothing of them is checked. */
  | { readonly kind: 'cosigned'; readonly lines: readonly string[] }
  /** The witness has seen another size last: this one. */
  | { readonly kind: 'conflict'; readonly size: bigint }
  | { readonly kind: 'refused'; readonly status: number; readonly reason: string };
