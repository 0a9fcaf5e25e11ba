import { join } from 'node:path';
import { exportTree } from '../deployer/git.ts';
import type { Clock, Log } from '../deployer/types.ts';
import type { SandboxForge } from '../forge/start-forge.ts';
import { listen } from '../listen.ts';
import type { Load } from '../load/load.ts';
import { type Invoked, lambdaApi } from './api.ts';
import { type Callers, callers } from './callers.ts';
import type { CloudWatchMood } from './cloudwatch.ts';
import { FUNCTION_BEHAVIOURS, type FunctionBehaviour, functionFiles } from './code.ts';
import { createFunctions } from './functions.ts';
import { createMeasured } from './measured.ts';
import { createRun } from './run.ts';
import { runningTime } from './running-time.ts';

export type LambdaConfig = {
  readonly dataDir: string;
  readonly forge: SandboxForge;
  readonly gitDir: (repository: string) => string;
  /** Every call is counted in Prometheus as well. */
  readonly record: Load['record'];
  /** 0 or absent: a free one. */
  readonly port?: number;
  /** Above 1, CloudWatch takes periods shorter than a minute that AWS does not know. */
  readonly speed?: number;
  readonly random?: () => number;
  readonly now: Clock;
  readonly log: Log;
};

type Place = { readonly service: string; readonly environment: string };
export type FunctionPlace = Place & {
  readonly function: string;
  readonly alias: string;
  /** The commit and the version that were there first. */
  readonly revision: string;
  readonly version: string;
};

/** Lambda and CloudWatch of the sandbox: versions of functions, aliases that really split, counts of what really ran. */
export type SandboxLambda = {
  /** Both APIs, for the local cloud to pass calls on to. */
  readonly url: string;
  /**
   * A service as a function `<service>-<environment>` with the alias `live`: its repository with a first good revision,
   * published as version 1, and callers. What is there already is left as it is, but for the callers.
   */
  readonly addService: (place: Place & { readonly callsPerSecond?: number }) => Promise<FunctionPlace>;
  /** Commits a revision to `acme/<service>`; answers its sha. Nothing is published. */
  readonly release: (
    service: string,
    behaviour: FunctionBehaviour,
    message: string,
    author?: string,
  ) => Promise<string>;
  /** Publishes a commit as CI would, its sha in the description; answers the version. No traffic goes to it. */
  readonly publish: (place: Place, sha: string) => Promise<string>;
  readonly callsPerSecond: (place: Place, rate: number) => void;
  readonly cloudWatch: (mood: CloudWatchMood) => void;
  /** Somebody else moves the alias, past Holdfast: all calls go to this version. */
  readonly moveByHand: (place: Place, version: string) => void;
  readonly invoke: (name: string, alias: string, event: unknown) => Promise<Invoked>;
  readonly close: () => Promise<void>;
};

const ALIAS = 'live';
const CALLS_PER_SECOND = 50;

export async function startLambda(config: LambdaConfig): Promise<SandboxLambda> {
  const { dataDir, forge, now, log, speed = 1 } = config;
  const functions = createFunctions(join(dataDir, 'functions.json'), config.random ?? Math.random);
  const measured = createMeasured(now);
  const placeOf = new Map<string, Place>();
  const streams = new Map<string, Callers>();
  let mood: CloudWatchMood = 'well';
  const running = runningTime();
  const invoke = createRun({
    ...{ functions, now, running: running.now },
    codeOf: async (name, { sha }) => {
      const service = placeOf.get(name)?.service ?? name;
      const folder = join(dataDir, 'code', sha);
      await exportTree(config.gitDir(`acme/${service}`), sha, folder);
      return folder;
    },
    called: (call, { sha }) => {
      measured.record(call);
      const place = placeOf.get(call.function);
      if (place === undefined) return;
      const { service, environment } = place;
      const labels = { service, environment, revision: sha, version: call.version };
      config.record(labels, { code: call.failed ? 500 : 200, seconds: call.milliseconds / 1000 });
    },
  });
  const api = lambdaApi({ functions, measured, mood: () => mood, speed, invoke });
  const listening = await listen(api.fetch, config.port ?? 0);
  const release: SandboxLambda['release'] = (service, behaviour, message, author) =>
    forge.commit(`acme/${service}`, 'main', functionFiles(behaviour, message), message, author);
  return {
    ...{ url: listening.url, release, invoke },
    addService: async ({ service, environment, callsPerSecond = CALLS_PER_SECOND }) => {
      const name = nameOf({ service, environment });
      placeOf.set(name, { service, environment });
      const files = functionFiles(FUNCTION_BEHAVIOURS.good, `${service}, as it began`);
      const head = await forge.createRepository(`acme/${service}`, files);
      if (!functions.has(name)) {
        functions.create(name);
        functions.createAlias(name, ALIAS, functions.publish(name, head, described(service, head)).version);
      }
      const [first] = functions.versions(name);
      const call = (sent: number) => invoke(name, ALIAS, { path: `/orders/${sent}` });
      if (!streams.has(name)) streams.set(name, callers(call, callsPerSecond, log));
      const { sha = head, version = '1' } = first ?? {};
      return { service, environment, function: name, alias: ALIAS, revision: sha, version };
    },
    publish: async (place, sha) =>
      functions.publish(nameOf(place), sha, described(place.service, sha)).version,
    callsPerSecond: (place, rate) => streams.get(nameOf(place))?.rate(rate),
    cloudWatch: (next) => {
      mood = next;
    },
    moveByHand: (place, version) => {
      const RoutingConfig = { AdditionalVersionWeights: {} };
      functions.updateAlias(nameOf(place), ALIAS, { FunctionVersion: version, RoutingConfig });
    },
    close: async () => {
      for (const stream of streams.values()) stream.close();
      running.close();
      await listening.close();
    },
  };
}

function nameOf({ service, environment }: Place): string {
  return `${service}-${environment}`;
}

/** The convention of docs/integrations/lambda.md: the full sha is a word of the description. */
function described(service: string, sha: string): string {
  return `acme/${service} ${sha}`;
}
