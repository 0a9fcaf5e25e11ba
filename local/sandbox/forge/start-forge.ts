import type { Server } from 'node:http';
import { type AppOptions, startApps } from './apps.ts';
import { type CiOptions, startCi } from './ci/ci.ts';
import { contractOf, githubDescription } from './contract/check.ts';
import { type ForgeFault, type OperationName, startFaults } from './faults.ts';
import { branchSha } from './git/read-objects.ts';
import type { Edits } from './git/write-objects.ts';
import { startLines } from './lines.ts';
import { type People, startPeople } from './people.ts';
import { advance } from './queue.ts';
import type { BranchRulesRecord, RepositoryRecord } from './records.ts';
import {
  checkAgain,
  createRepository,
  known,
  openRepositories,
  pushCommit,
  setRules,
} from './repositories.ts';
import { forgeServer } from './server.ts';
import { startTokens } from './tokens.ts';
import { type Delivery, startWebhooks, type WebhookTarget } from './webhooks.ts';
import type { Log, World } from './world.ts';

export type ForgeOptions = {
  /** Repositories and what is known of them; a forge started again on the same folder goes on. */
  readonly dataDir: string;
  /** Picked free when absent. */
  readonly port?: number;
  readonly now: () => number;
  readonly log: Log;
  readonly webhook?: WebhookTarget;
  /** The bot's token. */
  readonly token: string;
  /** Login of the bot. */
  readonly login?: string;
  /** Tokens of people, by login. */
  readonly people?: Readonly<Record<string, string>>;
  /** The bot's GitHub App: it may then ask for installation tokens. */
  readonly app?: AppOptions;
  readonly ci?: CiOptions;
};

export type SandboxForge = People & {
  readonly url: string;
  /** A repository with its first commit on `main`; answers that commit. One that is there already is left alone. */
  readonly createRepository: (name: string, files: Edits) => Promise<string>;
  /** Pushes a commit as a person would. A branch that is not there begins at `main`. */
  readonly commit: (
    repository: string,
    branch: string,
    edits: Edits,
    message: string,
    author?: string,
  ) => Promise<string>;
  /** A token for the HTTP API in the name of a person. */
  readonly tokenOf: (login: string) => string;
  readonly head: (repository: string, branch: string) => Promise<string | undefined>;
  /** All that the forge knows of a repository besides git: pull requests, issues, comments, reviews, the queue. */
  readonly read: (repository: string) => RepositoryRecord;
  readonly webhooks: (url: string, secret: string) => void;
  readonly deliveries: () => readonly Delivery[];
  readonly redeliver: (id: string) => Promise<void>;
  /** The next deliveries get lost on their way. */
  readonly loseDeliveries: (count: number) => void;
  /** Gives the bot a GitHub App, or another one. */
  readonly installApp: (app: AppOptions) => void;
  /** Ends all installation tokens. */
  readonly revokeTokens: () => void;
  readonly setBranchRules: (repository: string, branch: string, rules: Partial<BranchRulesRecord>) => void;
  readonly faults: { readonly inject: (fault: ForgeFault) => void; readonly clear: () => void };
  /** How often each operation was asked for. */
  readonly requests: () => Readonly<Partial<Record<OperationName, number>>>;
  /** Every request and answer that GitHub's description does not allow. */
  readonly violations: () => readonly string[];
  /** Settles when all checks have run and all webhooks are sent. */
  readonly idle: () => Promise<void>;
  readonly close: () => Promise<void>;
};

const LOGIN = 'holdfast[bot]';

/** Starts the sandbox forge on this machine alone: GitHub's REST API over bare git repositories. */
export async function startForge(options: ForgeOptions): Promise<SandboxForge> {
  const repositories = openRepositories(options.dataDir);
  const login = options.login ?? LOGIN;
  const webhooks = startWebhooks(options.log, options.now);
  const apps = startApps(options.app, login, options.now);
  const tokens = startTokens(options, login);
  const faults = startFaults();
  const lines = startLines((error) => options.log('forge-broken', { error: String(error) }));
  const counts = new Map<OperationName, number>();
  const violations: string[] = [];
  const held = new Set<string>();
  let url = '';
  const world: World = {
    url: () => url,
    now: options.now,
    log: options.log,
    repositories,
    emit: webhooks.emit,
    roleOf: (repository, who) => repository.record.read().roles[who] ?? tokens.roleOf(who),
    advance: (repository) => {
      if (held.has(repository.name) || repository.record.read().queue.length === 0) return;
      lines.later(repository, () => advance(world, repository));
    },
    check: (repository, branch, sha) => ci.check(repository, branch, sha),
  };
  const ci = startCi(world, options.ci);
  const server = forgeServer({
    ...{ world, faults, apps, webhooks, inLine: lines.inLine },
    contract: contractOf(githubDescription()),
    actorOf: (token) => apps.actorOf(token) ?? tokens.actorOf(token),
    counted: (id) => counts.set(id, (counts.get(id) ?? 0) + 1),
    violated: (problems) => violations.push(...problems),
  });
  url = await listen(server, options.port ?? 0);
  if (options.webhook !== undefined) webhooks.addTarget(options.webhook);
  for (const repository of repositories.values()) checkAgain(world, repository);
  return {
    url,
    ...startPeople({ world, repositories, lines, held }),
    createRepository: (name, files) =>
      createRepository(world, repositories, { dataDir: options.dataDir, name, files }),
    commit: (name, branch, edits, message, author = 'developer') =>
      pushCommit(world, known(repositories, name), { branch, edits, message, author }),
    tokenOf: tokens.tokenOf,
    head: (name, branch) => branchSha(known(repositories, name).git, branch),
    read: (name) => known(repositories, name).record.read(),
    webhooks: (target, secret) => webhooks.addTarget({ url: target, secret }),
    deliveries: webhooks.deliveries,
    redeliver: webhooks.redeliver,
    loseDeliveries: webhooks.lose,
    installApp: apps.install,
    revokeTokens: apps.revoke,
    setBranchRules: (name, branch, rules) => setRules(known(repositories, name), branch, rules),
    faults: { inject: faults.inject, clear: faults.clear },
    requests: () => Object.fromEntries(counts),
    violations: () => [...violations],
    idle: () => ci.idle().then(lines.idle).then(webhooks.idle),
    close: () =>
      ci
        .close()
        .then(lines.idle)
        .then(() => stop(server)),
  };
}

async function listen(server: Server, port: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, '127.0.0.1', resolve);
  await promise;
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : port}`;
}

async function stop(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeAllConnections();
  await promise;
}
