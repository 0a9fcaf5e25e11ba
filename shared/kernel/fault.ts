/**
 * Every way in which Holdfast refuses or fails on purpose. The set is closed: Step Functions matches these
 * names in `ErrorEquals`, HTTP maps each to one status. Anything else that is thrown is a bug.
 */
export const FAULT_NAMES = [
  'InvalidInput', // 400: the caller's document is wrong; `issues` names the fields
  'Unauthenticated', // 401: bad signature, bad token
  'Forbidden', // 403: known, but not allowed (by our role table)
  'NotFound', // 404
  'Conflict', // 409: somebody else was first; re-read and decide again
  'TooLarge', // 413
  'QuotaExceeded', // 429: one of our own quotas
  'KillSwitchOn', // 409: nothing may be acted on
  'PermissionDenied', // an outside system refused our credentials: security, never retried
  'RateLimited', // an outside system asked us to wait; `retryAfterSeconds` says how long
  'Unavailable', // transient: time-out, 5xx, connection lost; the adapter has already used up its retries
  'Malformed', // an outside system answered what its contract does not allow
] as const;

export type FaultName = (typeof FAULT_NAMES)[number];
export type Issue = { readonly path: string; readonly message: string };
type FaultOptions = {
  readonly cause?: unknown;
  readonly issues?: readonly Issue[];
  readonly retryAfterSeconds?: number;
};

/** A refusal or failure with a name from the closed set. `name` is what Step Functions and HTTP see. */
export class Fault extends Error {
  override readonly name: FaultName;
  readonly issues: readonly Issue[];
  readonly retryAfterSeconds: number | undefined;

  constructor(name: FaultName, message: string, options: FaultOptions = {}) {
    super(message, { cause: options.cause });
    this.name = name;
    this.issues = options.issues ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** Whether a thrown thing is a Fault, optionally of one of the given names. */
export function isFault(thrown: unknown, ...names: readonly FaultName[]): thrown is Fault {
  return thrown instanceof Fault && (names.length === 0 || names.includes(thrown.name));
}
