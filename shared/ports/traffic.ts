/**
 * Where the traffic of a service is split. A union over the platform: ALB target groups, AppConfig and SageMaker
 * variants become further members, each named by what its platform needs.
 */
export type TrafficTarget = LambdaTarget;

/** An alias of a Lambda function: up to two published versions behind it. */
export type LambdaTarget = {
  readonly platform: 'lambda';
  readonly service: string;
  readonly environment: string;
  /** Name, without version or alias. */
  readonly function: string;
  readonly alias: string;
};

/** What one revision gets. */
export type TrafficArm = {
  /** The platform's own name of it: on Lambda the published version, such as "7". */
  readonly revision: string;
  /** Fraction of the requests, 0..1. */
  readonly weight: number;
};

/** Who moves a target: the holder of the lease `trafficLease(target)` (port Leases). */
export type TrafficLease = { readonly owner: string; readonly fencing: number };

/**
 * Splits the requests of a service between revisions. Every call: a time-out, bounded retries for transient errors,
 * read before a write is repeated. Throws Fault: NotFound, PermissionDenied, Unavailable, Malformed.
 */
export type Traffic = {
  /** Arms with a weight above 0, heaviest first, summing to 1; the token changes whenever anybody changes the target. */
  readonly read: (
    target: TrafficTarget,
  ) => Promise<{ readonly arms: readonly TrafficArm[]; readonly token: string }>;
  /**
   * Moves the target from the state that `expectedToken` names, and reads it again before it answers. An arm of weight
   * 0 is left out. Repeating a shift of the same lease that took effect is success, whatever token it expects.
   * Throws Fault besides: Conflict (somebody else moved it, or the lease is no longer ours), InvalidInput (weights that
   * do not sum to 1, more arms than the platform splits between, a revision twice or that cannot be split).
   */
  readonly shift: (
    target: TrafficTarget,
    arms: readonly TrafficArm[],
    expectedToken: string,
    lease: TrafficLease,
  ) => Promise<{ readonly token: string }>;
  /** The newest revision of the platform that carries this git revision (40 hex digits); undefined when none does. */
  readonly version: (target: TrafficTarget, gitRevision: string) => Promise<string | undefined>;
  /** The git revision that a revision of the platform carries; undefined when it names none, or more than one. */
  readonly gitRevision: (target: TrafficTarget, revision: string) => Promise<string | undefined>;
};

/** The lease that the one mutator of a target holds. */
export function trafficLease(target: TrafficTarget): string {
  return `traffic#${target.platform}#${target.function}#${target.alias}`;
}
