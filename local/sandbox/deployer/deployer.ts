import { listen } from '../listen.ts';
import { type RunningApplication, runApplication } from './application.ts';
import { watchManifests } from './manifests.ts';
import { argocdApi } from './rest.ts';
import type { ApplicationSpec, Clock, Endpoints, Log, Repository, Snapshot, Timings } from './types.ts';
import { timingsAt } from './types.ts';
import { notifier, type Webhook } from './webhook.ts';

export type DeployerConfig = {
  readonly dataDir: string;
  /** 0 or absent: a free one. */
  readonly port?: number;
  /** The bearer token of the REST API. */
  readonly token: string;
  /** Where the bare git repository is. */
  readonly gitDir: (repository: Repository) => string;
  readonly applications?: readonly ApplicationSpec[];
  readonly speed?: number;
  readonly timings?: Partial<Timings>;
  readonly webhook?: Webhook;
  /** First wait before a webhook is sent again, in milliseconds. */
  readonly webhookWaitMs?: number;
  readonly now: Clock;
  readonly log: Log;
};

export type Deployer = {
  readonly url: string;
  /** Runs an application from now on. A name that runs already is left as it is. */
  readonly addApplication: (spec: ApplicationSpec) => Promise<void>;
  readonly addWebhook: (webhook: Webhook) => void;
  readonly snapshot: (name: string) => Snapshot | undefined;
  /** Where requests to an application may be sent now; nothing for an unknown one. */
  readonly endpoints: (name: string) => Endpoints;
  readonly scale: (name: string, replicas: number) => Promise<void>;
  /** Answers every REST call with this status until it is called without one. */
  readonly fail: (status?: 403 | 429 | 500 | 503) => void;
  /** Stops every process. What git says is read again, and started again, by the next deployer. */
  readonly close: () => Promise<void>;
};

/** Starts the deployer: Argo CD's REST shape over real processes at the revision that git names. */
export async function startDeployer(config: DeployerConfig): Promise<Deployer> {
  const timings = { ...timingsAt(config.speed ?? 1), ...config.timings };
  const applications = new Map<string, RunningApplication>();
  const all = () => [...applications.values()];
  let failure: 403 | 429 | 500 | 503 | undefined;
  let url = '';
  const { log, now, token, webhookWaitMs } = config;
  const notify = notifier({
    argocdUrl: () => url,
    log,
    ...(webhookWaitMs !== undefined && { firstWaitMs: webhookWaitMs }),
  });
  if (config.webhook !== undefined) notify.addWebhook(config.webhook);
  const addApplication = async (spec: ApplicationSpec) => {
    if (applications.has(spec.name)) return;
    const { dataDir, gitDir } = config;
    const running = await runApplication(spec, {
      ...{ dataDir, gitDir, timings, now, log },
      transitioned: notify.transitioned,
    });
    applications.set(spec.name, running);
  };
  for (const spec of config.applications ?? []) await addApplication(spec);
  const api = argocdApi({ token, applications: all, timings, now, failure: () => failure });
  const listening = await listen(api.fetch, config.port ?? 0);
  url = listening.url;
  const watch = watchManifests({ gitDir: config.gitDir, applications: all, pollMs: timings.pollMs, log });
  // an `exit` handler may only do what is synchronous: kill
  const killAll = () => {
    for (const each of all()) each.kill();
  };
  process.once('exit', killAll);
  return {
    url,
    addApplication,
    addWebhook: notify.addWebhook,
    snapshot: (name) => applications.get(name)?.snapshot(),
    endpoints: (name) => applications.get(name)?.endpoints() ?? { ready: [] },
    scale: async (name, replicas) => applications.get(name)?.scale(replicas),
    fail: (status) => {
      failure = status;
    },
    close: async () => {
      notify.close();
      await watch.stop();
      await Promise.all(all().map((each) => each.close()));
      await listening.close();
      process.removeListener('exit', killAll);
    },
  };
}
