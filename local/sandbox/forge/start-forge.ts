import type { Server } from 'node:http';
import { type CiOptions, startCi } from './ci/ci.ts';
import { contractOf, githubDescription } from './contract/check.ts';
import type { OperationId } from './contract/operations.ts';
import { type ForgeFault, startFaults } from './faults.ts';
import { branchSha } from './git/read-objects.ts';
import type { Edits } from './git/write-objects.ts';
import type { BranchRulesRecord } from './records.ts';
import {
  checkAgain,
  createRepository,
  known,
  openRepositories,
  pushCommit,
  setRules,
} from './repositories.ts';
import { forgeServer } from './server.ts';
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
  readonly ci?: CiOptions;
};

export type SandboxForge = {
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
  readonly head: (repository: string, branch: string) => Promise<string | undefined>;
  readonly webhooks: (url: string, secret: string) => void;
  readonly deliveries: () => readonly Delivery[];
  readonly redeliver: (id: string) => Promise<void>;
  readonly setBranchRules: (repository: string, branch: string, rules: Partial<BranchRulesRecord>) => void;
  readonly faults: { readonly inject: (fault: ForgeFault) => void; readonly clear: () => void };
  /** How often each operation was asked for. */
  readonly requests: () => Readonly<Partial<Record<OperationId, number>>>;
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
  const webhooks = startWebhooks(options.log);
  const faults = startFaults();
  const counts = new Map<OperationId, number>();
  const violations: string[] = [];
  let url = '';
  const world: World = {
    url: () => url,
    now: options.now,
    log: options.log,
    repositories,
    emit: webhooks.emit,
    check: (repository, branch, sha) => ci.check(repository, branch, sha),
  };
  const ci = startCi(world, options.ci);
  const server = forgeServer({
    world,
    contract: contractOf(githubDescription()),
    faults,
    loginOf: loginsOf(options),
    counted: (id) => counts.set(id, (counts.get(id) ?? 0) + 1),
    violated: (problems) => violations.push(...problems),
  });
  url = await listen(server, options.port ?? 0);
  if (options.webhook !== undefined) webhooks.addTarget(options.webhook);
  for (const repository of repositories.values()) checkAgain(world, repository);
  return {
    url,
    createRepository: (name, files) =>
      createRepository(world, repositories, { dataDir: options.dataDir, name, files }),
    commit: (name, branch, edits, message, author = 'developer') =>
      pushCommit(world, known(repositories, name), { branch, edits, message, author }),
    head: (name, branch) => branchSha(known(repositories, name).git, branch),
    webhooks: (target, secret) => webhooks.addTarget({ url: target, secret }),
    deliveries: webhooks.deliveries,
    redeliver: webhooks.redeliver,
    setBranchRules: (name, branch, rules) => setRules(known(repositories, name), branch, rules),
    faults: { inject: faults.inject, clear: faults.clear },
    requests: () => Object.fromEntries(counts),
    violations: () => [...violations],
    idle: () => ci.idle().then(webhooks.idle),
    close: () => ci.close().then(() => stop(server)),
  };
}

function loginsOf(options: ForgeOptions): (token: string) => string | undefined {
  const people = Object.entries(options.people ?? {}).map(([login, token]) => [token, login] as const);
  const logins = new Map([[options.token, options.login ?? LOGIN] as const, ...people]);
  return (token) => logins.get(token);
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
