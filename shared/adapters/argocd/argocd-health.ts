import type * as z from 'zod';
import { Fault } from '../../kernel/fault.ts';
import { type Clock, isoTime, millis } from '../../kernel/time.ts';
import type {
  DeliveryTarget,
  DeployedWindow,
  Health,
  HealthReading,
  HealthStatus,
} from '../../ports/health.ts';
import { type JsonEndpoint, readJson } from '../read-json.ts';
import {
  Application,
  Deployment,
  type HistoryEntry,
  ResourceAnswer,
  type ResourceStatus,
} from './answers.ts';

type Config = JsonEndpoint & { readonly token: NonNullable<JsonEndpoint['token']>; readonly now: Clock };
type Replicas = { readonly desired: number; readonly available: number };

const STATUSES: readonly HealthStatus[] = ['Healthy', 'Progressing', 'Degraded', 'Suspended', 'Missing'];
const FULL_SHA = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** Health over Argo CD's REST API (v2 and v3): the Application, and the Deployment it manages. Reads only. */
export function argocdHealth(config: Config): Health {
  return {
    read: (target) => readHealth(config, target),
    deployments: async (target) => {
      const application = await readApplication(config, target.application);
      return windowsOf(application.status?.history ?? []);
    },
  };
}

async function readHealth(config: Config, target: DeliveryTarget): Promise<HealthReading> {
  const application = await readApplication(config, target.application);
  const deployment = deploymentOf(application.status?.resources ?? [], target);
  const replicas = deployment && (await readReplicas(config, target.application, deployment));
  const revision = runningRevision(application);
  return {
    health: STATUSES.find((status) => status === application.status?.health?.status) ?? 'Unknown',
    sync: syncOf(application),
    ...(revision !== undefined && { revision }),
    ...(replicas !== undefined && replicas),
    observedAt: isoTime(config.now()),
  };
}

async function readApplication(config: Config, name: string): Promise<Application> {
  const path = `/api/v1/applications/${encodeURIComponent(name)}`;
  return parse(Application, await readJson(config, path, new URLSearchParams()), `application ${name}`);
}

/**
 * The Deployment that is the service: the only one, or the one named as the application or the service. Several
 * without such a name give none: a guess could hide a shortage of replicas.
 */
function deploymentOf(
  resources: readonly ResourceStatus[],
  target: DeliveryTarget,
): ResourceStatus | undefined {
  const deployments = resources.filter((each) => each.kind === 'Deployment' && each.group === 'apps');
  if (deployments.length === 1) return deployments[0];
  return (
    deployments.find((each) => each.name === target.application) ??
    deployments.find((each) => each.name === target.service)
  );
}

/** Undefined when Argo CD lists a Deployment that is not in the cluster (any more). */
async function readReplicas(
  config: Config,
  application: string,
  deployment: ResourceStatus,
): Promise<Replicas | undefined> {
  const path = `/api/v1/applications/${encodeURIComponent(application)}/resource`;
  const query = new URLSearchParams({
    resourceName: deployment.name ?? '',
    namespace: deployment.namespace ?? '',
    group: deployment.group ?? '',
    version: deployment.version ?? 'v1',
    kind: 'Deployment',
  });
  try {
    const what = `the Deployment of ${application}`;
    const answer = parse(ResourceAnswer, await readJson(config, path, query), what);
    const { spec, status } = parse(Deployment, parseJson(answer.manifest, what), what);
    return { desired: spec.replicas, available: status.availableReplicas };
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.name === 'NotFound') return undefined;
    throw thrown;
  }
}

/**
 * The revision whose health is read. `sync.revision` is what Argo CD compared with, which runs only when in sync;
 * otherwise the last sync that was carried out names what runs. Applications of several sources have no single
 * revision, charts have versions instead of shas: both give none.
 */
function runningRevision(application: Application): string | undefined {
  const { sync, operationState, history } = application.status ?? {};
  const carriedOut = operationState?.syncResult?.revision ?? history?.at(-1)?.revision;
  const revision = sync?.status === 'Synced' ? sync.revision : (carriedOut ?? sync?.revision);
  return revision !== undefined && FULL_SHA.test(revision) ? revision : undefined;
}

function syncOf(application: Application): HealthReading['sync'] {
  const status = application.status?.sync?.status;
  return status === 'Synced' || status === 'OutOfSync' ? status : 'Unknown';
}

/** Argo CD's history has an entry per sync; syncs of one revision in a row are one window. */
function windowsOf(history: readonly HistoryEntry[]): readonly DeployedWindow[] {
  const starts = history
    .flatMap(({ revision, deployedAt }) =>
      revision === undefined ? [] : [{ revision, at: millis(deployedAt) }],
    )
    .filter((entry) => FULL_SHA.test(entry.revision))
    .toSorted((left, right) => left.at - right.at)
    .filter((entry, index, all) => entry.revision !== all[index - 1]?.revision);
  return starts.map(({ revision, at }, index) => {
    const next = starts[index + 1];
    return { revision, from: isoTime(at), ...(next !== undefined && { to: isoTime(next.at) }) };
  });
}

function parse<T extends z.ZodType>(schema: T, value: unknown, what: string): z.infer<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Fault('Malformed', `Argo CD's answer on ${what} is not what its API describes`, {
    cause: parsed.error,
  });
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Fault('Malformed', `Argo CD's manifest of ${what} is not JSON`, { cause });
  }
}
