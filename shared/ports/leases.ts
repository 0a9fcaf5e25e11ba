/** A right to act alone for a while. */
export type Lease = {
  readonly name: string;
  readonly owner: string;
  /** Grows with every holder: who acts with a smaller one than was seen before comes too late. */
  readonly fencing: number;
  /** ISO. */
  readonly until: string;
};

/** Leases by name. `now` in milliseconds. Throws Fault: Unavailable, PermissionDenied, Malformed. */
export type Leases = {
  /**
   * Takes the lease for `forMs`; undefined while another holds it. Its own holder gets it again, longer, with the same
   * fencing token: a retry is no second holder.
   */
  readonly acquire: (name: string, owner: string, forMs: number, now: number) => Promise<Lease | undefined>;
  /** Makes it last for `forMs` from now. Throws Fault Conflict when it ran out or another took it. */
  readonly renew: (lease: Lease, forMs: number, now: number) => Promise<Lease>;
  /** Gives it back; one that is no longer held is success. */
  readonly release: (lease: Lease) => Promise<void>;
  /** Whether this holder still has it. */
  readonly holds: (
    lease: { readonly name: string; readonly owner: string; readonly fencing: number },
    now: number,
  ) => Promise<boolean>;
};
