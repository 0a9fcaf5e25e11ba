import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { vi } from 'vitest';
import type { CallAws } from '../../local/cloud/types.ts';
import {
  answerApprovalBy,
  approvalOf,
  type Answer as PersonAnswer,
  putPeople,
} from '../../shared/approvals/index.ts';
import * as deployments from '../../shared/deployments/index.ts';
import type { Judgement } from '../../shared/rollouts/index.ts';
import * as rollouts from '../../shared/rollouts/index.ts';
import { type DeployLevel, putAutonomy, putKillSwitch, putService } from '../../shared/services/index.ts';
import { start, statesOf } from '../local/states/harness.ts';
import { seededRandom } from './chance.ts';
import { expectReplay } from './expect-replay.ts';
import { memoryForge } from './memory-forge.ts';
import { memoryStore } from './memory-store.ts';
import { memoryTraffic } from './memory-traffic.ts';
import { memoryWork } from './memory-work.ts';
import { answerOf } from './rollback-tasks.ts';

const BY_ADA = { type: 'person', id: 'ada', via: 'api' } as const;
const asked = (key: string) => ({ actor: BY_ADA, correlationId: key, key });
const MACHINES = join(import.meta.dirname, '../../statemachines');

type Options = {
  readonly level?: DeployLevel;
  readonly environment?: string;
  readonly perMinute?: number;
  readonly start?: string;
  readonly bake?: 'page' | 'hold' | 'rollback';
};
export type DeploymentRun = Awaited<ReturnType<typeof deploymentRun>>;

/**
 * Runs both committed machines, govern-deployment and roll-out-canary, on the local interpreter over the use cases and a
 * world in memory, on a virtual clock. Version 1 carries the base commit and takes all of the traffic.
 */
export async function deploymentRun(options: Options = {}) {
  vi.useFakeTimers({
    now: Date.parse(options.start ?? '2026-11-17T10:00:00.000Z'),
    toFake: ['setTimeout', 'clearTimeout', 'Date'],
  });
  const { environment = 'staging', level = 'governed' } = options;
  const made = dependencies(options.perMinute);
  const { deps, forge, traffic } = made;
  const base = forge.commit('acme/shop', 'main', 'base of shop');
  const change = forge.commit('acme/shop', 'main', 'quicker checkout', { 'src/checkout.ts': 'quick' });
  for (const sha of [base, change]) forge.setChecks('acme/shop', sha, 'success');
  traffic.world.publish('1', base);
  traffic.world.move([{ revision: '1', weight: 1 }]);
  await putService(deps, {
    name: 'shop',
    document: documentOf(environment, options.bake),
    ...asked('register'),
  });
  await putAutonomy(deps, { service: 'shop', environment, action: 'deploy', level }, asked('level'));
  await putPeople(deps, { people: ['ada', 'grace', 'linus'].map(personOf) }, asked('people'));
  return {
    ...{ ...made, base, change, environment, ...people(made), ...actions(made, environment, change) },
    setLevel: (to: DeployLevel) =>
      putAutonomy(deps, { service: 'shop', environment, action: 'deploy', level: to }, asked(`level/${to}`)),
    killSwitch: (on: boolean) => putKillSwitch(deps, { on, reason: 'drill' }, asked(`kill/${on}`)),
    close: async () => {
      await expectReplay(made.store);
      const closed = made.close();
      await vi.advanceTimersByTimeAsync(0);
      await closed;
      vi.useRealTimers();
    },
  };
}

const personOf = (person: string) => ({
  ...{ person, role: 'approver' as const },
  identities: [{ via: 'github' as const, id: `${person}-h` }],
});

function documentOf(environment: string, bake: Options['bake']) {
  const place = { platform: 'lambda' as const, function: 'shop', alias: 'live' };
  return {
    ...{ tier: 3, owners: ['team'], repository: 'acme/shop', environments: { [environment]: place } },
    ...{ selectors: [], slos: [], dependencies: [], ...(bake !== undefined && { rollouts: { bake } }) },
  };
}

function dependencies(perMinute?: number) {
  const now = () => Date.now();
  const store = memoryStore();
  const forge = memoryForge(now);
  const traffic = memoryTraffic(now, perMinute);
  const judged = new Map<string, Judgement>();
  const meter = { count: () => {}, measure: () => {} };
  const base = {
    ...{ store, clock: now, random: seededRandom(), software: { version: 'test', configDigest: 'test' } },
    ...{ work: memoryWork(), meter, factor: 1 },
  };
  const workflow = {
    wake: async (taskToken: string, output: Readonly<Record<string, unknown>>) => {
      for (const states of [governing.states, rolling.states])
        await states
          .service('SendTaskSuccess', { taskToken, output: JSON.stringify(output) }, { kind: 'owner' })
          .catch(() => {});
    },
  };
  const rolloutDeps: rollouts.JudgeDeps & rollouts.ShiftDeps = {
    ...{ ...base, workflow, timings: rollouts.timingsAt(1) },
    ...{ traffic: traffic.traffic, leases: traffic.leases, metrics: traffic.metrics },
    judgements: { put: async (id, each) => void judged.set(id, each), get: async (id) => judged.get(id) },
  };
  const deps: deployments.FactsDeps & deployments.WeighDeps & deployments.StartDeps = {
    ...{ ...base, workflow, timings: deployments.timingsAt(1), forge, traffic: traffic.traffic },
    ...{ metrics: traffic.metrics, rollouts: rolloutDeps, sloCounts: async () => [] },
    startDeployment: async (id, input) => void (await start(governing.states, id, input).catch(() => {})),
    startRollout: async (id, input) => void (await start(rolling.states, id, input).catch(() => {})),
  };
  const governing = machineOf('govern-deployment', DEPLOYMENT_TASKS, () => deps);
  const rolling = machineOf('roll-out-canary', ROLLOUT_TASKS, () => rolloutDeps);
  const close = () => Promise.all([governing.states.close(), rolling.states.close()]);
  return { store, forge, traffic, deps, rolloutDeps, judged, close, tasks: [governing.tasks, rolling.tasks] };
}
type Made = ReturnType<typeof dependencies>;

type Task<Deps> = (deps: Deps, input: never) => Promise<unknown>;
type AllDeployment = deployments.FactsDeps & deployments.WeighDeps & deployments.StartDeps;
type AllRollout = rollouts.JudgeDeps & rollouts.ShiftDeps;

const DEPLOYMENT_TASKS: Readonly<Record<string, Task<AllDeployment>>> = {
  GatherFacts: deployments.gatherFactsOfDeployment,
  AssessDeployment: deployments.assessDeployment,
  DecideDeployment: deployments.decideOnDeployment,
  AwaitDeployment: deployments.awaitDeployment,
  StartRollout: deployments.startRolloutOfDeployment,
  RecordRollout: deployments.recordRolloutOfDeployment,
  ExpireDeployment: deployments.expireDeploymentAtDeadline,
  HandOverDeployment: deployments.handOverDeploymentToPerson,
};
const ROLLOUT_TASKS: Readonly<Record<string, Task<AllRollout>>> = {
  ShiftTraffic: rollouts.shiftTraffic,
  AwaitRollout: rollouts.awaitRollout,
  RecordAnswer: rollouts.answerHoldOfRollout,
  ExpireRollout: rollouts.expireRolloutAtDeadline,
  HandOverRollout: rollouts.handOverRolloutToPerson,
  TellDeployment: rollouts.tellDeployment,
};

/** A committed machine on the local interpreter, its tasks called as Lambda calls them. */
function machineOf<Deps>(name: string, known: Readonly<Record<string, Task<Deps>>>, deps: () => Deps) {
  const tasks: string[] = [];
  const call: CallAws = async (_caller, _service, _action, input) => {
    const task = String(input.FunctionName);
    tasks.push(task);
    const run = known[task];
    if (run === undefined) throw new Error(`${name} calls ${task}, which is no task`);
    return answerOf(() => run(deps(), JSON.parse(JSON.stringify(input.Payload)) as never));
  };
  const text = readFileSync(join(MACHINES, `${name}.asl.json`), 'utf8');
  const definition = JSON.parse(text.replaceAll(/\$\{(\w+)Arn\}/g, '$1'));
  return {
    tasks,
    states: statesOf(new DatabaseSync(':memory:'), definition, { call, now: () => Date.now() }),
  };
}

function people({ store, deps, rolloutDeps }: Made) {
  const approvals = async () => (await store.heads({ kind: 'approval', limit: 50 })).items.map(approvalOf);
  const wake = async (subject: { readonly kind: string; readonly id: string }) => {
    if (subject.kind === 'deployment') await deployments.wakeDeployment(deps, subject.id, 'AwaitingApproval');
    if (subject.kind === 'rollout') await rollouts.wakeRollout(rolloutDeps, subject.id, 'Held');
  };
  return {
    /** Newest first. */
    approvals,
    answer: async (verdict: PersonAnswer['verdict'], person = 'grace') =>
      answerApprovalBy(
        { ...deps, wake, planNow: async () => undefined },
        {
          ...{ approvalId: (await approvals())[0]?.id ?? '', verdict, reason: 'because', via: 'api' },
          ...{ overrides: [], person, role: 'approver' },
        },
      ),
  };
}

function actions({ store, deps, rolloutDeps, traffic }: Made, environment: string, change: string) {
  const minute = async () => {
    await vi.advanceTimersByTimeAsync(60_000);
    traffic.world.serveMinute();
    await rollouts.judgeRollouts(rolloutDeps);
    await vi.advanceTimersByTimeAsync(0);
  };
  return {
    minute,
    /** Traffic of an hour before anything happens. */
    warmUp: async () => {
      for (let i = 0; i < 60; i += 1) await minute();
    },
    pass: (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000),
    request: async (revision = change, declared: deployments.Deployment['data']['declared'] = {}) => {
      const actor = { type: 'person', id: 'linus', via: 'api' } as const;
      const { id } = await deployments.requestDeployment(deps, {
        service: 'shop',
        environment,
        revision,
        declared,
        actor,
      });
      await vi.advanceTimersByTimeAsync(1000);
      return id;
    },
    deployment: (id: string) => deployments.loadDeployment(store, id),
    rollout: (id: string) => rollouts.loadRollout(store, id.replace(/^dep_/, 'rol_')),
    events: async (kind: 'deployment' | 'rollout', id: string) =>
      (await store.decisions({ kind, id })).map(({ envelope }) => envelope.event),
  };
}
