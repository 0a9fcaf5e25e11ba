import { join } from 'node:path';
import { type Dependency, startDependency } from './deployer/dependency.ts';
import { type Deployer, startDeployer } from './deployer/deployer.ts';
import { fileAt } from './deployer/git.ts';
import { type SandboxForge, startForge } from './forge/start-forge.ts';
import { type Inbox, startInbox } from './inbox.ts';
import { type SandboxLambda, startLambda } from './lambda/lambda.ts';
import { type Load, startLoad } from './load/load.ts';
import { inTurn } from './pushes.ts';
import { gitopsFiles, manifestPath, manifestText } from './services/gitops.ts';
import { type Behaviour, serviceFiles } from './services/revisions.ts';

export type SandboxConfig = {
  /** Repositories and the history of deployments; a sandbox started again on the same folder goes on. */
  readonly dataDir: string;
  /** Absent: free ones. */
  readonly ports?: {
    readonly forge?: number;
    readonly argocd?: number;
    readonly prometheus?: number;
    readonly lambda?: number;
  };
  /** Divides the deployer's waits. */
  readonly speed?: number;
  /** Base URL of Holdfast's HTTP API, which the webhooks go to; absent: none are sent before `connect`. */
  readonly api?: string;
  readonly secrets: SandboxSecrets;
  /** Tokens of people at the forge, by login. */
  readonly people?: Readonly<Record<string, string>>;
  readonly requestsPerSecond?: number;
  readonly now?: () => number;
  readonly log: (event: string, fields: Readonly<Record<string, unknown>>) => void;
};

type SandboxSecrets = {
  /** Tokens that Holdfast's adapters present. */
  readonly github: string;
  readonly argocd: string;
  readonly prometheus?: string;
  readonly slack: string;
  /** What the webhooks are signed with (GitHub) and carry as bearer token (Argo CD). */
  readonly githubWebhook: string;
  readonly argocdWebhook: string;
};

type SandboxService = {
  readonly name: string;
  readonly environment: string;
  readonly replicas?: number;
  /** The repository of its manifest; acme/gitops when absent. */
  readonly gitops?: string;
};

/** The world that Holdfast manages: a forge, a deployer over it, and callers of what is deployed. */
export type Sandbox = {
  readonly forge: SandboxForge;
  readonly deployer: Deployer;
  readonly load: Load;
  /** Services that are functions, with a traffic that an alias splits. */
  readonly lambda: SandboxLambda;
  /** What revisions of behaviour `dependent` need; stop it to break them, start it to let them heal. */
  readonly dependency: Dependency;
  readonly prometheusUrl: string;
  /** The chat that people are told in. */
  readonly inbox: Inbox;
  /** Lets the webhooks go to this Holdfast. */
  readonly connect: (api: string) => void;
  /**
   * A service that runs and is called: its repository with a first good revision, its manifest, its application,
   * its load. What is there already is left as it is. Answers the revision its manifest names.
   */
  readonly addService: (service: SandboxService) => Promise<string>;
  /** Commits a revision to the service's main branch; answers its sha. Nothing is deployed. */
  readonly release: (
    service: string,
    behaviour: Behaviour,
    message: string,
    author?: string,
  ) => Promise<string>;
  /** Commits the revision to the service's manifest on main, as a person who deploys it would; answers that commit. */
  readonly promote: (service: string, environment: string, sha: string, author?: string) => Promise<string>;
  readonly close: () => Promise<void>;
};

const GITOPS = 'acme/gitops';
const REPLICAS = 3;
const REVISION = /^\s*targetRevision:\s*([0-9a-f]{40})\b/m;

export async function startSandbox(config: SandboxConfig): Promise<Sandbox> {
  const { secrets, log, ports } = config;
  const now = config.now ?? Date.now;
  const line = (text: string) => log('deployer', { text });
  const forgeDir = join(config.dataDir, 'forge');
  const gitDir = (repository: string) => join(forgeDir, `${repository}.git`);
  const forge = await startForge({
    ...{ dataDir: forgeDir, now, log, token: secrets.github },
    ...(ports?.forge !== undefined && { port: ports.forge }),
    ...(config.people !== undefined && { people: config.people }),
  });
  const dependency = await startDependency();
  const deployer = await startDeployer({
    ...{ dataDir: join(config.dataDir, 'deployer'), gitDir, token: secrets.argocd, now, log: line },
    ...(ports?.argocd !== undefined && { port: ports.argocd }),
    ...(config.speed !== undefined && { speed: config.speed }),
  });
  const load = await startLoad({
    ...{ now, log: line },
    ...(ports?.prometheus !== undefined && { port: ports.prometheus }),
    ...(secrets.prometheus !== undefined && { token: secrets.prometheus }),
    ...(config.requestsPerSecond !== undefined && { requestsPerSecond: config.requestsPerSecond }),
  });
  const lambda = await startLambda({
    ...{ dataDir: join(config.dataDir, 'lambda'), forge, gitDir, record: load.record, now, log: line },
    ...(ports?.lambda !== undefined && { port: ports.lambda }),
    ...(config.speed !== undefined && { speed: config.speed }),
  });
  const inbox = await startInbox({ token: secrets.slack, now });
  const connect = (api: string) => {
    forge.webhooks(`${api}/v1/webhooks/github`, secrets.githubWebhook);
    deployer.addWebhook({ url: `${api}/v1/webhooks/argocd`, token: secrets.argocdWebhook });
  };
  if (config.api !== undefined) connect(config.api);
  const push = inTurn();
  const gitopsOf = new Map<string, string>();
  const world = { forge, deployer, load, dependency, gitDir, gitopsOf };
  return {
    ...{ forge, deployer, load, lambda, dependency, inbox, connect, prometheusUrl: load.prometheusUrl },
    addService: (service) => push(() => addService(world, service)),
    release: (service, behaviour, message, author) =>
      forge.commit(`acme/${service}`, 'main', serviceFiles(behaviour, message), message, author),
    promote: (service, environment, sha, author) =>
      push(() => promote(world, { service, environment, sha }, author)),
    close: async () => {
      await inbox.close();
      await lambda.close();
      await load.close();
      await deployer.close();
      await dependency.stop();
      await forge.close();
    },
  };
}

type World = Pick<Sandbox, 'forge' | 'deployer' | 'load' | 'dependency'> & {
  readonly gitDir: (repository: string) => string;
  /** The repository of an application's manifest. */
  readonly gitopsOf: Map<string, string>;
};

async function addService(world: World, service: SandboxService): Promise<string> {
  const { forge, deployer, load, dependency } = world;
  const { name, environment, replicas = REPLICAS, gitops = GITOPS } = service;
  const code = `acme/${name}`;
  const application = `${name}-${environment}`;
  world.gitopsOf.set(application, gitops);
  const head = await forge.createRepository(code, serviceFiles('good', `${name}, as it began`));
  await forge.createRepository(gitops, gitopsFiles());
  const found = await deployedRevision(world, name, environment);
  if (found === undefined) await promote(world, { service: name, environment, sha: head });
  await deployer.addApplication({
    name: application,
    ...{ service: name, environment, code, replicas, dependencyUrl: dependency.url },
    manifest: { repository: gitops, branch: 'main', path: manifestPath(name, environment) },
  });
  const endpoints = () => deployer.endpoints(application);
  load.addTarget({ name: application, service: name, environment, endpoints });
  return found ?? head;
}

/** What the manifest on main names; undefined when there is none. */
async function deployedRevision(
  world: World,
  service: string,
  environment: string,
): Promise<string | undefined> {
  const gitops = world.gitopsOf.get(`${service}-${environment}`) ?? GITOPS;
  const head = await world.forge.head(gitops, 'main');
  if (head === undefined) return undefined;
  const text = await fileAt(world.gitDir(gitops), head, manifestPath(service, environment));
  return REVISION.exec(text ?? '')?.[1];
}

function promote(
  { forge, gitopsOf }: World,
  to: { readonly service: string; readonly environment: string; readonly sha: string },
  author?: string,
): Promise<string> {
  const { service, environment, sha } = to;
  const edits = {
    [manifestPath(service, environment)]: manifestText({ service, environment, revision: sha }),
  };
  const message = `Deploy ${service} ${sha.slice(0, 7)} to ${environment}`;
  const gitops = gitopsOf.get(`${service}-${environment}`) ?? GITOPS;
  return forge.commit(gitops, 'main', edits, message, author);
}
