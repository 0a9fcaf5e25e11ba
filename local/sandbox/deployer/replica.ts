import { type ChildProcess, spawn } from 'node:child_process';
import { get } from 'node:http';
import { createServer } from 'node:net';
import type { Log, Timings } from './types.ts';

const PROBE_STARTING_MS = 40;
const PROBE_READY_MS = 1000;
const PROBE_TIMEOUT_MS = 1000;
const FAILED_PROBES = 3; // Kubernetes' failureThreshold
const STOP_MS = 3000;
const DRAIN_MS = 50; // a request sent just before must reach the process before it stops listening
const STDERR_KEPT = 4096;

export type ReplicaPlan = {
  readonly directory: string;
  readonly index: number;
  readonly revision: string;
  readonly service: string;
  readonly dependencyUrl?: string;
  readonly timings: Timings;
  readonly log: Log;
  /** Called after every change of readiness and after every crash. */
  readonly changed: () => void;
};

/** One process of a service, started again when it ends by itself. */
export type Replica = {
  readonly index: number;
  readonly revision: string;
  readonly ready: () => boolean;
  readonly port: () => number;
  /** What the last crash said; undefined before the first one and while the replica is ready. */
  readonly crash: () => string | undefined;
  /** Takes it out of service at once, lets its open requests end, then kills it. */
  readonly stop: () => Promise<void>;
  /** Kills it now; for the end of this process. */
  readonly kill: () => void;
};

type State = {
  child?: ChildProcess;
  port: number;
  ready: boolean;
  stopping: boolean;
  crashes: number;
  failedProbes: number;
  crash?: string | undefined;
  timer?: NodeJS.Timeout;
};

/** Starts the replica in the background; `changed` tells what comes of it. */
export function startReplica(plan: ReplicaPlan): Replica {
  const state: State = { port: 0, ready: false, stopping: false, crashes: 0, failedProbes: 0 };
  launch(plan, state);
  return {
    index: plan.index,
    revision: plan.revision,
    ready: () => state.ready,
    port: () => state.port,
    crash: () => (state.ready ? undefined : state.crash),
    stop: () => stop(state),
    kill: () => {
      state.stopping = true;
      clearTimeout(state.timer);
      state.child?.kill('SIGKILL');
    },
  };
}

function launch(plan: ReplicaPlan, state: State): void {
  start(plan, state).catch((error: unknown) => ended(plan, state, String(error)));
}

async function start(plan: ReplicaPlan, state: State): Promise<void> {
  state.port = await freePort();
  if (state.stopping) return;
  const child = spawn(process.execPath, ['server.mjs'], {
    cwd: plan.directory,
    env: {
      PORT: String(state.port),
      REPLICA: String(plan.index),
      REVISION: plan.revision,
      SERVICE: plan.service,
      ...(plan.dependencyUrl !== undefined && { DEPENDENCY_URL: plan.dependencyUrl }),
    },
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  state.child = child;
  let errors = '';
  child.stderr?.on('data', (chunk) => {
    errors = `${errors}${chunk}`.slice(-STDERR_KEPT);
  });
  child.on('error', (error) => ended(plan, state, error.message));
  child.on('exit', (code, signal) => ended(plan, state, reasonOf(errors, code ?? signal)));
  probeAfter(PROBE_STARTING_MS, plan, state);
}

/** The process is gone. Unless it was told to go, it starts again after a growing wait. */
function ended(plan: ReplicaPlan, state: State, reason: string): void {
  clearTimeout(state.timer);
  delete state.child;
  state.ready = false;
  if (state.stopping) return;
  state.crashes += 1;
  state.crash = reason;
  plan.log(`replica ${plan.index} of ${plan.service} at ${plan.revision.slice(0, 7)} ended: ${reason}`);
  const { backOffMs, backOffMaxMs } = plan.timings;
  const wait = Math.min(backOffMaxMs, backOffMs * 2 ** (state.crashes - 1));
  state.timer = setTimeout(() => launch(plan, state), wait);
  plan.changed();
}

function probeAfter(milliseconds: number, plan: ReplicaPlan, state: State): void {
  state.timer = setTimeout(async () => {
    const { child } = state;
    const ok = await answers(state.port);
    if (state.child !== child || state.stopping) return;
    probed(ok, plan, state);
    probeAfter(state.ready ? PROBE_READY_MS : PROBE_STARTING_MS, plan, state);
  }, milliseconds);
}

/** One good probe makes ready, three bad ones in a row make not ready. */
function probed(ok: boolean, plan: ReplicaPlan, state: State): void {
  state.failedProbes = ok ? 0 : state.failedProbes + 1;
  const ready = ok || (state.ready && state.failedProbes < FAILED_PROBES);
  if (ready === state.ready) return;
  state.ready = ready;
  plan.changed();
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({
      host: '127.0.0.1',
      port,
      path: '/healthz',
      timeout: PROBE_TIMEOUT_MS,
      agent: false,
    });
    request.on('response', (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
    request.on('close', () => resolve(false));
  });
}

async function stop(state: State): Promise<void> {
  state.stopping = true;
  state.ready = false;
  clearTimeout(state.timer);
  const { child } = state;
  if (child === undefined) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  setTimeout(() => child.kill('SIGTERM'), DRAIN_MS);
  const killer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await exit;
  clearTimeout(killer);
}

/** The line that names the error, as a person would pick it from the log. */
function reasonOf(errors: string, ending: number | string | null): string {
  const line = errors.split('\n').find((each) => /^\w*Error\b[^:]*: /.test(each));
  return line?.trim() ?? `ended with ${ending}`;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = address !== null && typeof address === 'object' ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
