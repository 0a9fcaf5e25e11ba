import { join } from 'node:path';
import { assess } from './assess.ts';
import { exportTree, hasCommit } from './git.ts';
import { addSync, readHistory } from './history.ts';
import { type Rollout, rolloutOf } from './rollout.ts';
import {
  type ApplicationSpec,
  type Clock,
  type Endpoints,
  kubernetesTime,
  type Log,
  type Snapshot,
  type Sync,
  type Timings,
} from './types.ts';

type Config = {
  readonly dataDir: string;
  readonly gitDir: (repository: string) => string;
  readonly timings: Timings;
  readonly now: Clock;
  readonly log: Log;
  /** Called after the health's status changed. */
  readonly transitioned: (snapshot: Snapshot) => void;
};

/** What git asks for: a commit of the code, or why none can be read. */
export type Target = { readonly revision: string } | { readonly problem: string };

/** One application: what git asks for, the processes that run, and the health that follows from them. */
export type RunningApplication = {
  readonly spec: ApplicationSpec;
  readonly snapshot: () => Snapshot;
  readonly endpoints: () => Endpoints;
  /** What git says now; rolled out when it differs from what runs. Never rejects. */
  readonly observe: (target: Target) => Promise<void>;
  readonly scale: (replicas: number) => Promise<void>;
  readonly close: () => Promise<void>;
  readonly kill: () => void;
};

type State = {
  target?: string | undefined;
  problem?: { readonly message: string; readonly at: string } | undefined;
  history: readonly Sync[];
  health: Snapshot['health'];
  wasComplete: boolean;
  syncing: boolean;
  closed: boolean;
};

type Running = {
  readonly spec: ApplicationSpec;
  readonly config: Config;
  readonly state: State;
  readonly rollout: Rollout;
};

export async function runApplication(spec: ApplicationSpec, config: Config): Promise<RunningApplication> {
  const state: State = {
    history: await readHistory(config.dataDir, spec.name),
    health: { status: 'Unknown', lastTransitionTime: kubernetesTime(config.now()) },
    wasComplete: false,
    syncing: false,
    closed: false,
  };
  const { timings, log } = config;
  const rollout = rolloutOf({ spec, timings, log, changed: () => reassess(running) });
  const running: Running = { spec, config, state, rollout };
  return {
    spec,
    snapshot: () => snapshotOf(running),
    endpoints: rollout.endpoints,
    observe: (target) => observe(running, target),
    scale: (replicas) => {
      state.wasComplete = false;
      return rollout.scale(replicas);
    },
    close: () => {
      state.closed = true;
      return rollout.close();
    },
    kill: rollout.kill,
  };
}

async function observe(running: Running, target: Target): Promise<void> {
  const { state, rollout } = running;
  if (state.syncing || state.closed) return;
  if ('problem' in target) return refuse(running, undefined, target.problem);
  if (target.revision === rollout.deployed()) {
    state.target = target.revision;
    state.problem = undefined;
    return;
  }
  state.syncing = true;
  try {
    await sync(running, target.revision);
  } catch (error) {
    refuse(running, target.revision, `the sync to ${target.revision} failed: ${error}`);
  } finally {
    state.syncing = false;
  }
}

async function sync({ spec, config, state, rollout }: Running, revision: string): Promise<void> {
  const gitDir = config.gitDir(spec.code);
  if (!(await hasCommit(gitDir, revision))) throw new Error(`${spec.code} has no such commit`);
  const deployStartedAt = kubernetesTime(config.now());
  state.target = revision;
  state.problem = undefined;
  const directory = join(config.dataDir, 'revisions', spec.code, revision);
  await exportTree(gitDir, revision, directory);
  if (state.closed) return;
  state.history = await addSync(config.dataDir, spec.name, state.history, {
    revision,
    deployStartedAt,
    deployedAt: kubernetesTime(config.now()),
  });
  config.log(`${spec.name}: rolling out ${revision.slice(0, 7)}`);
  state.wasComplete = false;
  await rollout.rollOut(revision, directory);
}

/** What runs goes on running: a target that cannot be read is no order to stop. */
function refuse(running: Running, target: string | undefined, message: string): void {
  const { state, config, spec } = running;
  state.target = target;
  if (state.problem?.message !== message) {
    state.problem = { message, at: kubernetesTime(config.now()) };
    config.log(`${spec.name}: ${message}`);
  }
  reassess(running);
}

function reassess(running: Running): void {
  const { state, config, spec, rollout } = running;
  if (state.closed) return;
  const crash = rollout.crash();
  const health = assess({
    name: spec.service,
    deployed: rollout.deployed() !== undefined,
    counts: rollout.counts(),
    wasComplete: state.wasComplete,
    deadlinePassed: rollout.deadlinePassed(),
    ...(crash !== undefined && { crash }),
  });
  if (health.status === 'Healthy') state.wasComplete = true;
  const changed = health.status !== state.health.status;
  const at = changed ? kubernetesTime(config.now()) : state.health.lastTransitionTime;
  state.health = { ...health, lastTransitionTime: at };
  if (!changed) return;
  config.log(`${spec.name} is ${health.status}${health.message === undefined ? '' : `: ${health.message}`}`);
  config.transitioned(snapshotOf(running));
}

function snapshotOf({ spec, state, rollout }: Running): Snapshot {
  const deployed = rollout.deployed();
  return {
    spec,
    health: state.health,
    history: state.history,
    replicas: rollout.counts(),
    ...(state.target !== undefined && { target: state.target }),
    ...(deployed !== undefined && { deployed }),
    ...(state.problem !== undefined && { problem: state.problem }),
  };
}
