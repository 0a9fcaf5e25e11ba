/** A repository as "owner/name". */
export type Repository = string;

export type ApplicationSpec = {
  /** Name in Argo CD, by convention `<service>-<environment>`. */
  readonly name: string;
  readonly service: string;
  readonly environment: string;
  /** Where the code of the service is. */
  readonly code: Repository;
  /** Where the document is whose `/spec/source/targetRevision` says which commit of the code runs. */
  readonly manifest: { readonly repository: Repository; readonly branch: string; readonly path: string };
  readonly replicas: number;
  /** Given to the replicas as DEPENDENCY_URL. */
  readonly dependencyUrl?: string;
};

/** Waits in milliseconds of this machine, already divided by the speed. */
export type Timings = {
  /** Between two looks at a manifest's branch. */
  readonly pollMs: number;
  /** How long a rollout may take before it counts as failed (Kubernetes' progressDeadlineSeconds). */
  readonly progressDeadlineMs: number;
  /** First and longest wait before a crashed replica starts again; it doubles in between. */
  readonly backOffMs: number;
  readonly backOffMaxMs: number;
};

/**
 * Kubernetes waits 600 s for progress and 10 to 300 s between crashes. Here a process starts in about 50 ms, so
 * 10 s and 0.5 to 5 s say as much. The floors are what this machine needs to start processes under load, which
 * no speed changes; replicas that crash twice as often would leave it nothing for anything else.
 */
export function timingsAt(speed: number): Timings {
  return {
    pollMs: 200,
    progressDeadlineMs: Math.max(3000, 10_000 / speed),
    backOffMs: 500,
    backOffMaxMs: 5000,
  };
}

export type HealthStatus = 'Healthy' | 'Progressing' | 'Degraded' | 'Missing' | 'Unknown';
export type Health = { readonly status: HealthStatus; readonly message?: string };

/** One sync that was carried out. Times are ISO with seconds, as Kubernetes writes them. */
export type Sync = {
  readonly id: number;
  readonly revision: string;
  readonly deployStartedAt: string;
  readonly deployedAt: string;
};

/** An application as it is at one moment: what the REST answers are made of. */
export type Snapshot = {
  readonly spec: ApplicationSpec;
  readonly health: Health & { readonly lastTransitionTime: string };
  /** What the manifest asks for; undefined while it cannot be read. */
  readonly target?: string;
  /** What was rolled out last. */
  readonly deployed?: string;
  readonly problem?: { readonly message: string; readonly at: string };
  readonly history: readonly Sync[];
  readonly replicas: Counts;
};

export type Counts = {
  readonly desired: number;
  /** All processes that should run, of the new revision and of the one it replaces. */
  readonly running: number;
  readonly updated: number;
  readonly updatedReady: number;
  readonly available: number;
};

/** A ready replica, where requests may be sent. */
type Endpoint = { readonly port: number; readonly revision: string };

/** What a service in an environment offers its callers now, as a Kubernetes Service would. */
export type Endpoints = { readonly deployed?: string; readonly ready: readonly Endpoint[] };

export type Log = (line: string) => void;
export type Clock = () => number;

/** RFC 3339 with whole seconds: Kubernetes' and Argo CD's `Time` has no fractions. */
export function kubernetesTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
