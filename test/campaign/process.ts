import type { DatabaseSync } from 'node:sqlite';
import type { CallAws } from '../../local/cloud/types.ts';
import { AwsFailure } from '../../local/cloud/types.ts';
import type { Workflow } from '../../shared/ports/index.ts';
import { timingsAt, type WorldDeps } from '../../shared/rollbacks/index.ts';
import type { SignalStore } from '../../shared/signals/index.ts';
import { start, statesOf } from '../local/states/harness.ts';
import type { seededRandom } from '../support/chance.ts';
import { type Answer, invokeTask } from '../support/rollback-tasks.ts';
import { type Fence, fenced, isLasting } from './fenced-ports.ts';
import type { Injections } from './injected.ts';
import type { Caller, Watched } from './watched-world.ts';

/** What a function may do, with everything behind its fence. */
export type Deps = WorldDeps & {
  readonly notify: { readonly send: () => Promise<void> };
  readonly signals: SignalStore;
};

type Surroundings = {
  readonly watched: Watched;
  readonly database: DatabaseSync;
  readonly definition: unknown;
  readonly injected: Injections;
  readonly now: () => number;
  readonly random: ReturnType<typeof seededRandom>;
  /** Asked at every point where the process could die; answers whether it does. */
  readonly diesAt: (point: string) => boolean;
  readonly died: () => void;
  readonly sweep: (service: string, environment: string) => void;
  readonly bug: (text: string) => void;
  /** A call of a port, and a function that has run; times in ms. */
  readonly called: (by: string, call: string) => void;
  readonly ran: (by: Caller, from: number, to: number) => void;
};
export type Process = ReturnType<typeof liveProcess>;

/** Seconds that a function may run: as infra/constructs/rollbacks.ts sets it. */
const SECONDS: Readonly<Record<string, number>> = {
  AwaitRollback: 28,
  ResolveCandidate: 145,
  OpenRollbackPullRequest: 115,
  RecordCi: 85,
  RecordReview: 85,
  WatchHealth: 90,
};
const USUAL_SECONDS = 55;
const CRASHES = ['Sandbox.Timedout', 'Runtime.ExitError', 'Lambda.Unknown'] as const;

/** One life of the process: the interpreter and every function that runs. After its death none of them acts any more. */
export function liveProcess(around: Surroundings) {
  const { injected, now } = around;
  let dead = false;
  const buried = Promise.withResolvers<undefined>();
  const die = (): void => {
    if (dead) return;
    dead = true;
    buried.resolve(undefined);
    void states.close();
    around.died();
  };
  const call: CallAws = async (_caller, _service, _action, input) => {
    const task = String(input.FunctionName);
    const once = () =>
      run({ name: task, payload: input.Payload }, (deps) => invokeTask(deps, task, input.Payload));
    if (injected.happens('twice', task))
      setTimeout(() => void once().catch(() => {}), injected.some(0, 60) * 1000);
    return once();
  };
  const states = statesOf(around.database, around.definition, {
    ...{ call, now, chance: { random: injected.chance.next, newId: newId(around.random) } },
    log: (line, details) => around.bug(`the interpreter says: ${line} ${JSON.stringify(details)}`),
    fault: async ({ name, phase }) => {
      const point = `${phase} a step of ${name}`;
      if (!dead && (around.diesAt(point) || injected.happens('kill', point))) die();
      if (dead) throw new Error('killed');
    },
  });
  const workflow = workflowOver(states, around.sweep);

  /** Runs a function to its end, its crash or its time-out. Never answers once the process is dead. */
  function run(by: Caller, work: (deps: Deps) => Promise<Answer>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const from = now();
      let over = false;
      const end = (settle: () => void): void => {
        if (over || dead) return;
        over = true;
        around.ran(by, from, now());
        clearTimeout(limit);
        settle();
      };
      const crash = (error: string): void => {
        end(() => {
          if (error === 'Lambda.ServiceException') reject(new AwsFailure('ServiceException', 'died', 500));
          else resolve({ FunctionError: 'Unhandled', Payload: { errorType: error, errorMessage: 'died' } });
        });
      };
      const limit = setTimeout(() => crash('Sandbox.Timedout'), (SECONDS[by.name] ?? USUAL_SECONDS) * 1000);
      const fence: Fence = {
        isDead: () => dead || over,
        faultAt: (at) => {
          around.called(by.name, at);
          return injected.faultAt(at);
        },
        crash: () => crash(injected.chance.pick([...CRASHES, 'Lambda.ServiceException'])),
        kill: die,
      };
      void work(depsOf(around, workflow, by, fence)).then((answer) => end(() => resolve(answer)));
    });
  }

  return { isDead: () => dead, death: buried.promise, die, run, states };
}

/** The ports of one run of a function, all behind its fence. */
function depsOf(around: Surroundings, workflow: Workflow, by: Caller, fence: Fence): Deps {
  const cutting = { ...fence, faultAt: (at: string) => cut(around, at, fence) };
  const { watched, now } = around;
  const { world } = watched;
  return {
    store: fenced('store', watched.watchedStore, cutting),
    forge: fenced('forge', watched.forgeFor(by), cutting),
    health: fenced('health', world.health, cutting),
    history: fenced('history', world.history, cutting),
    coverage: fenced('coverage', world.coverage, cutting),
    work: fenced('work', watched.work, cutting),
    workflow: fenced('workflow', workflow, cutting),
    signals: fenced('signals', watched.signals, cutting),
    notify: fenced('notify', { send: async () => {} }, cutting),
    ...{ manifest: world.manifest, meter: world.meter, clock: now, random: around.random },
    ...{ software: { version: 'campaign', configDigest: 'campaign' }, factor: 1, timings: timingsAt(1) },
    pause: (milliseconds) => new Promise((done) => setTimeout(done, milliseconds)),
  };
}

const cut = ({ diesAt }: Surroundings, at: string, fence: Fence): ReturnType<Fence['faultAt']> => {
  if (!isLasting(at)) return fence.faultAt(at);
  if (diesAt(`before ${at}`)) return { kind: 'kill-before', delay: 0 };
  return diesAt(`after ${at}`) ? { kind: 'kill-after', delay: 0 } : fence.faultAt(at);
};

function newId(random: Surroundings['random']): () => string {
  return () => Buffer.from(random(16)).toString('hex');
}

function workflowOver(states: ReturnType<typeof statesOf>, sweep: Surroundings['sweep']): Workflow {
  return {
    startRollback: async (id, input) => {
      await start(states, id, input).catch(() => {});
    },
    wake: async (taskToken, output) => {
      const answer = { taskToken, output: JSON.stringify(output) };
      await states.service('SendTaskSuccess', answer, { kind: 'owner' }).catch(() => {});
    },
    watchNow: async (service, environment) => sweep(service, environment),
  };
}
