import type { DatabaseSync } from 'node:sqlite';
import { AwsFailure, type CallAws } from '../../../../local/cloud/types.ts';
import type * as deployments from '../../../../shared/deployments/index.ts';
import type * as rollouts from '../../../../shared/rollouts/index.ts';
import type { Chance } from '../../../campaign/chance.ts';
import { type Fence, fenced } from '../../../campaign/fenced-ports.ts';
import { start, statesOf } from '../../../local/states/harness.ts';
import type { seededRandom } from '../../../support/chance.ts';
import { DEPLOYMENT_TASKS, definitionOf, ROLLOUT_TASKS } from '../../../support/deployment-tasks.ts';
import { type Answer, answerOf } from '../../../support/rollback-tasks.ts';
import { type World, worldOf } from './world.ts';

export type Deps = deployments.FactsDeps &
  deployments.WeighDeps &
  Omit<deployments.StartDeps, 'rollouts'> & { readonly rollouts: rollouts.JudgeDeps & rollouts.ShiftDeps };
type Fault = ReturnType<Fence['faultAt']>;

export type Surroundings = {
  readonly world: World;
  readonly databases: { readonly governing: DatabaseSync; readonly rolling: DatabaseSync };
  readonly chance: Chance;
  readonly random: ReturnType<typeof seededRandom>;
  readonly now: () => number;
  readonly faultAt: (call: string) => Fault;
  /** Whether a task is called a second time, beside the first. */
  readonly isTwice: () => boolean;
  /** Asked at every point where the process could die; answers whether it does. */
  readonly diesAt: (point: string) => boolean;
  readonly died: () => void;
  readonly bug: (text: string) => void;
};
export type Process = ReturnType<typeof liveProcess>;

const SECONDS = 55;
/** What leaves something behind that a later process builds on. */
export const isLasting = (call: string): boolean => call === 'store.write' || call === 'traffic.shift';

const MACHINES = { governing: definitionOf('govern-deployment'), rolling: definitionOf('roll-out-canary') };

/** One life of the process: both interpreters and every function that runs. After its death none of them acts any more. */
export function liveProcess(around: Surroundings) {
  let dead = false;
  const die = (): void => {
    if (dead) return;
    dead = true;
    void governing.close();
    void rolling.close();
    around.died();
  };
  const machineOf = (name: keyof typeof MACHINES) =>
    statesOf(around.databases[name], MACHINES[name], {
      ...{ call, now: around.now },
      chance: {
        random: around.chance.next,
        newId: () => Buffer.from(around.random(16)).toString('hex'),
      },
      log: (line, details) => around.bug(`the interpreter says: ${line} ${JSON.stringify(details)}`),
      fault: async ({ name: step, phase }) => {
        if (!dead && around.diesAt(`${phase} a step of ${step}`)) die();
        if (dead) throw new Error('killed');
      },
    });
  const call: CallAws = async (_caller, _service, _action, input) => {
    const task = String(input.FunctionName);
    const once = () => run(task, (deps) => taskOf(deps, task, input.Payload));
    if (around.isTwice()) setTimeout(() => void once().catch(() => {}), around.chance.between(0, 50) * 1000);
    return once();
  };
  const governing = machineOf('governing');
  const rolling = machineOf('rolling');

  /** Runs a function to its end, its crash or its time-out. Never answers once the process is dead. */
  function run(name: string, work: (deps: Deps) => Promise<unknown>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      let over = false;
      const end = (settle: () => void): void => {
        if (over || dead) return;
        over = true;
        clearTimeout(limit);
        settle();
      };
      const limit = setTimeout(
        () => end(() => reject(new AwsFailure('ServiceException', `${name} took too long`, 500))),
        SECONDS * 1000,
      );
      const fence: Fence = {
        isDead: () => dead || over,
        faultAt: (at) => (isLasting(at) ? cut(around, at) : around.faultAt(at)),
        crash: () =>
          end(() =>
            resolve({
              FunctionError: 'Unhandled',
              Payload: { errorType: 'Runtime.ExitError', errorMessage: name },
            }),
          ),
        kill: die,
      };
      const deps = depsOf(around, { governing, rolling }, fence);
      void answerOf(() => work(deps)).then((answer) => end(() => resolve(answer)));
    });
  }
  return { isDead: () => dead, die, run, governing, rolling };
}

function cut({ diesAt, faultAt }: Surroundings, at: string): Fault {
  if (diesAt(`before ${at}`)) return { kind: 'kill-before', delay: 0 };
  return diesAt(`after ${at}`) ? { kind: 'kill-after', delay: 0 } : faultAt(at);
}

function taskOf(deps: Deps, task: string, payload: unknown): Promise<unknown> {
  const input = JSON.parse(JSON.stringify(payload)) as never;
  const [ofDeployment, ofRollout] = [DEPLOYMENT_TASKS[task], ROLLOUT_TASKS[task]];
  if (ofDeployment !== undefined) return ofDeployment(deps, input);
  if (ofRollout !== undefined) return ofRollout(deps.rollouts, input);
  throw new Error(`${task} is no task`);
}

type Machines = {
  readonly governing: ReturnType<typeof statesOf>;
  readonly rolling: ReturnType<typeof statesOf>;
};

/** The ports of one run of a function, all behind its fence. */
function depsOf(around: Surroundings, { governing, rolling }: Machines, fence: Fence): Deps {
  const { world, now, random } = around;
  const wake = async (taskToken: string, output: Readonly<Record<string, unknown>>) => {
    for (const states of [governing, rolling])
      await states
        .service('SendTaskSuccess', { taskToken, output: JSON.stringify(output) }, { kind: 'owner' })
        .catch(() => {});
  };
  const workflow = fenced(
    'workflow',
    {
      wake,
      startDeployment: async (id: string, input: object) =>
        void (await start(governing, id, input).catch(() => {})),
      startRollout: async (id: string, input: object) =>
        void (await start(rolling, id, input).catch(() => {})),
    },
    fence,
  );
  const base = {
    ...{ store: fenced('store', world.store, fence), work: fenced('work', world.work, fence), workflow },
    ...{ clock: now, random, factor: 1, meter: { count: () => {}, measure: () => {} } },
    software: { version: 'campaign', configDigest: 'campaign' },
  };
  const traffic = fenced('traffic', world.watchedTraffic, fence);
  const metrics = fenced('metrics', world.traffic.metrics, fence);
  return {
    ...{ ...base, traffic, metrics, timings: worldOf.deploymentTimings },
    ...{ forge: fenced('forge', world.forge, fence), sloCounts: async () => [] },
    ...{ startDeployment: workflow.startDeployment, startRollout: workflow.startRollout },
    pause: () => new Promise((done) => setImmediate(done)),
    rollouts: {
      ...{ ...base, traffic, metrics, timings: worldOf.rolloutTimings },
      ...{ leases: fenced('leases', world.traffic.leases, fence), judgements: world.judgements },
    },
  };
}
