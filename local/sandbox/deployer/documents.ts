import { type Health, kubernetesTime, type Snapshot, type Sync } from './types.ts';

const NAMESPACE = 'argocd';

/** The Application as Argo CD's API answers it; only fields that mean something here. */
export function applicationDocument(snapshot: Snapshot, now: number): Record<string, unknown> {
  const { spec, health, target, deployed, history } = snapshot;
  return {
    metadata: metadataOf(snapshot),
    spec: specOf(snapshot),
    status: {
      resources: resourcesOf(snapshot),
      sync: { ...syncOf(snapshot), comparedTo: { source: sourceOf(spec.code, target ?? '') } },
      health,
      history: historyOf(snapshot),
      conditions: conditionsOf(snapshot),
      reconciledAt: kubernetesTime(now),
      ...(deployed !== undefined && { operationState: operationOf(spec.code, history) }),
      sourceType: 'Directory',
      summary: { images: deployed === undefined ? [] : [`${spec.code}:${deployed}`] },
    },
  };
}

/**
 * The body of Argo CD's notification, made by the template that Holdfast ships for it. What an Application does
 * not have, the template's `toJson` writes as null.
 */
export function notificationDocument(
  snapshot: Snapshot,
  trigger: string,
  argocdUrl: string,
): Record<string, unknown> {
  const { health, history, spec } = snapshot;
  const conditions = conditionsOf(snapshot);
  const metadata = metadataOf(snapshot);
  return {
    schema: 'argocd.v1',
    trigger,
    app: metadata.name,
    namespace: metadata.namespace,
    project: specOf(snapshot).project,
    health,
    sync: syncOf(snapshot),
    operationState: operationOf(spec.code, history) ?? null,
    history: history.length === 0 ? null : historyOf(snapshot),
    labels: metadata.labels,
    conditions: conditions.length === 0 ? null : conditions,
    argocdUrl,
  };
}

/** The Deployment as Kubernetes would show it. Counts of zero are left out of `status`, as there. */
export function deploymentDocument(snapshot: Snapshot, progressDeadlineMs: number): Record<string, unknown> {
  const { spec, replicas, health, deployed } = snapshot;
  const labels = { app: spec.service };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: spec.service, namespace: spec.environment, labels },
    spec: {
      replicas: replicas.desired,
      progressDeadlineSeconds: Math.ceil(progressDeadlineMs / 1000),
      selector: { matchLabels: labels },
      strategy: {
        type: 'RollingUpdate',
        rollingUpdate: { maxSurge: '100%', maxUnavailable: Math.max(0, replicas.desired - 1) },
      },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: spec.service, image: `${spec.code}:${deployed}` }] },
      },
    },
    status: {
      ...positive({
        replicas: replicas.running,
        updatedReplicas: replicas.updated,
        readyReplicas: replicas.available,
        availableReplicas: replicas.available,
        unavailableReplicas: Math.max(0, replicas.running - replicas.available),
      }),
      conditions: deploymentConditions(health, replicas.available, health.lastTransitionTime),
    },
  };
}

function metadataOf({ spec }: Snapshot) {
  return {
    name: spec.name,
    namespace: NAMESPACE,
    labels: { service: spec.service, environment: spec.environment },
  };
}

function specOf({ spec, target }: Snapshot) {
  return {
    project: 'default',
    source: sourceOf(spec.code, target ?? ''),
    destination: { server: 'https://kubernetes.default.svc', namespace: spec.environment },
    syncPolicy: { automated: { prune: true, selfHeal: true } },
  };
}

function sourceOf(repository: string, targetRevision: string) {
  return { repoURL: repository, path: '.', targetRevision };
}

function syncOf({ target, deployed }: Snapshot): Record<string, unknown> {
  if (target === undefined) return { status: 'Unknown' };
  return { status: target === deployed ? 'Synced' : 'OutOfSync', revision: target };
}

function historyOf({ spec, history }: Snapshot) {
  return history.map((sync) => ({ ...sync, source: sourceOf(spec.code, sync.revision) }));
}

function operationOf(repository: string, history: readonly Sync[]): Record<string, unknown> | undefined {
  const last = history.at(-1);
  if (last === undefined) return undefined;
  const { revision, deployStartedAt, deployedAt } = last;
  return {
    operation: { sync: { revision } },
    phase: 'Succeeded',
    message: 'successfully synced (all tasks run)',
    startedAt: deployStartedAt,
    finishedAt: deployedAt,
    syncResult: { revision, source: sourceOf(repository, revision) },
  };
}

function conditionsOf({ problem }: Snapshot) {
  if (problem === undefined) return [];
  return [{ type: 'ComparisonError', message: problem.message, lastTransitionTime: problem.at }];
}

function resourcesOf({ spec, deployed, target, health }: Snapshot) {
  if (deployed === undefined) return [];
  const status = target === deployed ? 'Synced' : 'OutOfSync';
  const { service: name, environment: namespace } = spec;
  return [{ group: 'apps', version: 'v1', kind: 'Deployment', namespace, name, status, health }];
}

function deploymentConditions(health: Health, available: number, at: string) {
  const late = health.message?.includes('ProgressDeadlineExceeded') === true;
  const times = { lastTransitionTime: at, lastUpdateTime: at };
  return [
    {
      type: 'Available',
      status: available > 0 ? 'True' : 'False',
      reason: available > 0 ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
      ...times,
    },
    {
      type: 'Progressing',
      status: late ? 'False' : 'True',
      reason: late ? 'ProgressDeadlineExceeded' : 'ReplicaSetUpdated',
      ...(health.message !== undefined && { message: health.message }),
      ...times,
    },
  ];
}

function positive(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}
