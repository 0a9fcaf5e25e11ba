/** A decision as the ledger names it. */
export type DecisionKey = { readonly kind: string; readonly id: string; readonly rev: number };

/** What the ledger has vouched for. Throws Fault: Unavailable, PermissionDenied, Malformed. */
export type Coverage = {
  /** Whether a signed checkpoint covers the entry of a decision. Not sealed yet, or no checkpoint: false. */
  readonly covers: (decision: DecisionKey) => Promise<boolean>;
};
