import { type Replica, startReplica } from './replica.ts';
import type { ApplicationSpec, Counts, Endpoints, Log, Timings } from './types.ts';

type Config = {
  readonly spec: ApplicationSpec;
  readonly timings: Timings;
  readonly log: Log;
  /** Called after every change that may change the health. */
  readonly changed: () => void;
};

/** The processes of one application: those of the revision that is deployed, and what is left of the one before. */
export type Rollout = {
  readonly deployed: () => string | undefined;
  readonly counts: () => Counts;
  readonly endpoints: () => Endpoints;
  /** Whether this rollout passed its deadline without having been complete. */
  readonly deadlinePassed: () => boolean;
  /** What the last crash of a replica that is down now said. */
  readonly crash: () => string | undefined;
  readonly rollOut: (revision: string, directory: string) => Promise<void>;
  readonly scale: (replicas: number) => Promise<void>;
  readonly close: () => Promise<void>;
  readonly kill: () => void;
};

type State = {
  desired: number;
  deployed?: { readonly revision: string; readonly directory: string };
  replicas: readonly Replica[];
  /** The replica of the revision before that answers until the first new one does. */
  old: readonly Replica[];
  deadlinePassed: boolean;
  deadline?: NodeJS.Timeout;
};

type Running = { readonly config: Config; readonly state: State };

export function rolloutOf(config: Config): Rollout {
  const state: State = { desired: config.spec.replicas, replicas: [], old: [], deadlinePassed: false };
  const running: Running = { config, state };
  const all = () => [...state.replicas, ...state.old];
  return {
    deployed: () => state.deployed?.revision,
    counts: () => countsOf(state),
    endpoints: () => ({
      ready: all()
        .filter((replica) => replica.ready())
        .map((replica) => ({ port: replica.port(), revision: replica.revision })),
      ...(state.deployed !== undefined && { deployed: state.deployed.revision }),
    }),
    deadlinePassed: () => state.deadlinePassed,
    crash: () => state.replicas.map((replica) => replica.crash()).find((each) => each !== undefined),
    rollOut: (revision, directory) => rollOut(running, revision, directory),
    scale: (replicas) => scale(running, replicas),
    close: async () => {
      clearTimeout(state.deadline);
      await Promise.all(all().map((replica) => replica.stop()));
    },
    kill: () => {
      for (const replica of all()) replica.kill();
    },
  };
}

/**
 * A rolling update as Kubernetes does it with `maxSurge: 100%` and `maxUnavailable` of all but one: every new
 * replica starts at once, one old replica goes on answering until the first new one is ready. That is the simplest
 * rollout that neither stops answering for a good revision nor hides a bad one behind the old.
 */
async function rollOut(running: Running, revision: string, directory: string): Promise<void> {
  const { state } = running;
  const before = [...state.replicas, ...state.old];
  const kept = before.find((replica) => replica.ready());
  state.old = kept === undefined || state.desired === 0 ? [] : [kept];
  state.deployed = { revision, directory };
  state.replicas = replicasOf(running, 0);
  restartDeadline(running);
  running.config.changed();
  await Promise.all(before.filter((replica) => !state.old.includes(replica)).map((each) => each.stop()));
}

async function scale(running: Running, replicas: number): Promise<void> {
  const { state } = running;
  const kept = state.replicas.slice(0, replicas);
  const gone = state.replicas.slice(replicas);
  state.desired = replicas;
  state.replicas = [...kept, ...replicasOf(running, kept.length)];
  if (state.replicas.length > kept.length) restartDeadline(running);
  running.config.changed();
  await Promise.all(gone.map((replica) => replica.stop()));
}

/** Starts the replicas from `first` up to the desired number, of what is deployed. */
function replicasOf({ config, state }: Running, first: number): readonly Replica[] {
  const { deployed, desired } = state;
  if (deployed === undefined) return [];
  const { spec, timings, log } = config;
  return Array.from({ length: Math.max(0, desired - first) }, (_, offset) =>
    startReplica({
      ...deployed,
      index: first + offset,
      service: spec.service,
      timings,
      log,
      changed: () => retireOld({ config, state }),
      ...(spec.dependencyUrl !== undefined && { dependencyUrl: spec.dependencyUrl }),
    }),
  );
}

function retireOld({ config, state }: Running): void {
  if (state.replicas.some((replica) => replica.ready())) {
    const retired = state.old;
    state.old = [];
    for (const replica of retired) replica.stop().catch((error: unknown) => config.log(String(error)));
  }
  config.changed();
}

function restartDeadline({ config, state }: Running): void {
  state.deadlinePassed = false;
  clearTimeout(state.deadline);
  state.deadline = setTimeout(() => {
    state.deadlinePassed = true;
    config.changed();
  }, config.timings.progressDeadlineMs);
}

function countsOf(state: State): Counts {
  const updatedReady = state.replicas.filter((replica) => replica.ready()).length;
  return {
    desired: state.desired,
    running: state.replicas.length + state.old.length,
    updated: state.replicas.length,
    updatedReady,
    available: updatedReady + state.old.filter((replica) => replica.ready()).length,
  };
}
