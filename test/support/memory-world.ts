import { yamlManifest } from '../../shared/adapters/yaml/splice-scalar.ts';
import { type Fault, isoTime } from '../../shared/kernel/index.ts';
import type {
  Coverage,
  DeliveryTarget,
  DeployedWindow,
  Health,
  HealthReading,
  HealthStatus,
  History,
} from '../../shared/ports/index.ts';
import type { Meter } from '../../shared/ports/meter.ts';
import { type MemoryForge, memoryForge } from './memory-forge.ts';

export const GITOPS = 'acme/gitops';
export const POINTER = '/spec/source/targetRevision';

export type MemoryWorld = {
  readonly forge: MemoryForge;
  readonly health: Health;
  readonly history: History;
  readonly manifest: typeof yamlManifest;
  /** Decisions that a checkpoint covers, `<kind>/<id>/<rev>`; undefined covers all. */
  covered: Set<string> | undefined;
  readonly coverage: Coverage;
  readonly meter: Meter & { readonly counted: readonly string[] };
  /** What runs of a revision look like; Healthy unless told. */
  readonly revisions: Map<string, HealthStatus>;
  /** Overrides what is read of a service, whatever its revision. */
  readonly seen: Map<string, Partial<HealthReading>>;
  /** Services of which no revision is told. */
  readonly nameless: Set<string>;
  /** Measured uptime by revision. */
  readonly uptimes: Map<string, number>;
  /** Makes the delivery system fail for a service, as long as it answers a Fault. */
  unreadable: (service: string) => Fault | undefined;
  /** Seconds from a changed manifest to the new revision; Infinity never syncs. */
  syncSeconds: number;
  readonly reads: string[];
  /** Commits a manifest that deploys a revision. */
  readonly deploy: (service: string, environment: string, revision: string) => void;
};

export const manifestPath = (service: string, environment: string): string =>
  `apps/${service}/${environment}.yaml`;

/** The world that rollbacks work on, in memory: a forge, a delivery system that follows its manifests, and metrics. */
export function memoryWorld(now: () => number): MemoryWorld {
  const forge = memoryForge(now);
  const windows = new Map<string, DeployedWindow[]>();
  const changedAt = new Map<string, number>();
  const counted: string[] = [];

  function follow(target: DeliveryTarget): { revision: string; synced: boolean } {
    const { service, environment } = target;
    const key = `${service}/${environment}`;
    // The delivery system reads the repository itself, also while the forge's API is down for us.
    const text = forge.fileAt(GITOPS, 'main', manifestPath(service, environment)) ?? '';
    const wanted = yamlManifest.read(text, POINTER);
    const known = windows.get(key) ?? [];
    const running = known.at(-1);
    if (running?.revision === wanted) return { revision: wanted, synced: true };
    const since = changedAt.get(`${key}/${wanted}`) ?? now();
    changedAt.set(`${key}/${wanted}`, since);
    if (running !== undefined && now() - since < world.syncSeconds * 1000)
      return { revision: running.revision, synced: false };
    const ended = known.map((each) => ({ ...each, to: each.to ?? isoTime(now()) }));
    windows.set(key, [...ended, { revision: wanted, from: isoTime(now()) }]);
    return { revision: wanted, synced: true };
  }

  const world: MemoryWorld = {
    forge,
    manifest: yamlManifest,
    covered: undefined,
    coverage: {
      covers: async ({ kind, id, rev }) => world.covered?.has(`${kind}/${id}/${rev}`) ?? true,
    },
    revisions: new Map(),
    seen: new Map(),
    nameless: new Set(),
    uptimes: new Map(),
    unreadable: () => undefined,
    syncSeconds: 5,
    reads: [],
    deploy: (service, environment, revision) => {
      const text = manifestText(service, environment, revision);
      forge.commit(GITOPS, 'main', `deploy ${revision}`, { [manifestPath(service, environment)]: text });
    },
    meter: { counted, count: (metric) => counted.push(metric), measure: () => {} },
    health: {
      read: async (target) => {
        const fault = world.unreadable(target.service);
        if (fault !== undefined) throw fault;
        world.reads.push(`${target.service} ${isoTime(now())}`);
        const { revision, synced } = follow(target);
        const health = world.revisions.get(revision) ?? 'Healthy';
        return {
          ...{ health, sync: synced ? 'Synced' : 'OutOfSync', desired: 3 },
          ...(!world.nameless.has(target.service) && { revision }),
          ...{ available: health === 'Healthy' ? 3 : 1, observedAt: isoTime(now()) },
          ...world.seen.get(target.service),
        };
      },
      deployments: async (target) => windows.get(`${target.service}/${target.environment}`) ?? [],
    },
    history: {
      uptime: async (_target, { revision, from, to }) => {
        const fraction = world.uptimes.get(revision);
        return fraction === undefined ? undefined : { from, to, fraction, samples: 1000 };
      },
    },
  };
  return world;
}

function manifestText(service: string, environment: string, revision: string): string {
  return [
    `metadata:`,
    `  name: ${service}-${environment}`,
    'spec:',
    '  source:',
    `    repoURL: acme/${service}`,
    `    targetRevision: ${revision} # what runs`,
    '',
  ].join('\n');
}
