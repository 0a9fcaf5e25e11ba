/** What the delivery system says of a service in an environment, read now. Revisions are full commit shas. */
export type HealthStatus = 'Healthy' | 'Progressing' | 'Degraded' | 'Suspended' | 'Missing' | 'Unknown';

export type HealthReading = {
  readonly health: HealthStatus;
  readonly sync: 'Synced' | 'OutOfSync' | 'Unknown';
  readonly revision?: string;
  readonly desired?: number;
  readonly available?: number;
  /** ISO time at which the answer was read, by our clock. */
  readonly observedAt: string;
};

/** One deployment of a revision, oldest first. `to` is absent for the one that runs now. */
export type DeployedWindow = { readonly revision: string; readonly from: string; readonly to?: string };

/** Where the application of a service in an environment is known to its delivery system. */
export type DeliveryTarget = {
  readonly service: string;
  readonly environment: string;
  readonly application: string;
};

export type Health = {
  /** Throws Fault: PermissionDenied, NotFound, RateLimited, Unavailable, Malformed. */
  readonly read: (target: DeliveryTarget) => Promise<HealthReading>;
  readonly deployments: (target: DeliveryTarget) => Promise<readonly DeployedWindow[]>;
};

export type Uptime = {
  readonly from: string;
  readonly to: string;
  readonly fraction: number;
  readonly samples: number;
};

export type History = {
  /** Fraction of good requests (0..1) of one revision over a window; undefined when nothing was measured. */
  readonly uptime: (
    target: DeliveryTarget,
    window: { readonly revision: string; readonly from: string; readonly to: string },
  ) => Promise<Uptime | undefined>;
};
