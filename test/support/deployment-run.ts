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
import type { SloCounts } from '../../shared/policies/index.ts';
import type { Judgement, Stage } from '../../shared/rollouts/index.ts';
import * as rollouts from '../../shared/rollouts/index.ts';
import { type DeployLevel, putAutonomy, putKillSwitch, putService } from '../../shared/services/index.ts';
import { start, statesOf } from '../local/states/harness.ts';
import { seededRandom } from './chance.ts';
import { brokenPromises } from './deployment-promises.ts';
import { DEPLOYMENT_TASKS, definitionOf, ROLLOUT_TASKS, type Task } from './deployment-tasks.ts';
import { expectReplay } from './expect-replay.ts';
import { memoryForge } from './memory-forge.ts';
import { memoryStore } from './memory-store.ts';
import { type Behaviour, memoryTraffic } from './memory-traffic.ts';
import { memoryWork } from './memory-work.ts';
import { answerOf } from './rollback-tasks.ts';

const BY_ADA = { type: 'person', id: 'ada', via: 'api' } as const;
const asked = (key: string) => ({ actor: BY_ADA, correlationId: key, key });

/** Three shared minutes, then all: as short as a rollout with a certificate can be. */
export const SHORT: readonly Stage[] = [
  { weight: 0.1, minSeconds: 120, maxSeconds: 600, minRequests: 100 },
  { weight: 0.5, minSeconds: 180, maxSeconds: 600, minRequests: 100 },
  { weight: 1, minSeconds: 0, maxSeconds: 0, minRequests: 0 },
];

type Options = {
  readonly level?: DeployLevel;
  readonly environment?: string;
  readonly perMinute?: number;
  readonly start?: string;
  readonly bake?: 'page' | 'hold' | 'rollback';
  readonly bakeSeconds?: number;
  /** 'ladder': the one of the risk. */
  readonly stages?: readonly Stage[] | 'ladder';
  readonly files?: Readonly<Record<string, string>>;
  readonly slos?: readonly { readonly name: string; readonly objective: number }[];
  readonly sloCounts?: SloCounts;
  /** Every task is called a second time with the same input, as after a lost answer. */
  readonly twice?: boolean;
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
  const made = dependencies(options);
  const { deps, forge, traffic } = made;
  const base = forge.commit('acme/shop', 'main', 'base of shop');
  const change = forge.commit(
    'acme/shop',
    'main',
    'quicker checkout',
    options.files ?? { 'src/checkout.ts': 'quick' },
  );
  for (const sha of [base, change]) forge.setChecks('acme/shop', sha, 'success');
  traffic.world.publish('1', base);
  traffic.world.move([{ revision: '1', weight: 1 }]);
  await putService(deps, { name: 'shop', document: documentOf(environment, options), ...asked('register') });
  await putAutonomy(deps, { service: 'shop', environment, action: 'deploy', level }, asked('level'));
  await putPeople(deps, { people: ['ada', 'grace', 'linus'].map(personOf) }, asked('people'));
  let changes = 0;
  return {
    ...{ ...made, base, change, environment, ...people(made), ...actions(made, environment, change) },
    /** Version 2 carries the change, and answers like this. An hour of the version before has been measured. */
    publish: (behaviour?: Behaviour) => {
      for (let ago = 60; ago >= 0; ago -= 1) traffic.world.serveMinute(ago);
      traffic.world.publish('2', change, behaviour);
    },
    setLevel: (to: DeployLevel) =>
      putAutonomy(
        deps,
        { service: 'shop', environment, action: 'deploy', level: to },
        asked(`level/${++changes}`),
      ),
    killSwitch: (on: boolean) => putKillSwitch(deps, { on, reason: 'drill' }, asked(`kill/${++changes}`)),
    close: async () => {
      const closed = made.close();
      await vi.advanceTimersByTimeAsync(0);
      await closed;
      vi.useRealTimers();
      await expectReplay(made.store);
      const broken = await brokenPromises(made.store);
      if (broken.length > 0) throw new Error(broken.join('\n'));
    },
  };
}

const personOf = (person: string) => ({
  ...{ person, role: 'approver' as const },
  identities: [{ via: 'github' as const, id: `${person}-h` }],
});

function documentOf(environment: string, { bake = 'page', stages = SHORT, ...options }: Options) {
  const place = { platform: 'lambda' as const, function: 'shop', alias: 'live' };
  return {
    ...{ tier: 3, owners: ['team'], repository: 'acme/shop', environments: { [environment]: place } },
    ...{ selectors: [], dependencies: [] },
    slos: (options.slos ?? []).map((slo) => ({
      ...slo,
      ...{ window_days: 28, indicator: { kind: 'availability' as const } },
    })),
    rollouts: {
      ...{ bake, bakeSeconds: options.bakeSeconds ?? 300 },
      ...(stages !== 'ladder' && { stages: [...stages] }),
    },
  };
}

function dependencies({ perMinute, sloCounts = async () => [], twice = false }: Options) {
  const now = () => Date.now();
  const store = memoryStore();
  const forge = memoryForge(now);
  const traffic = memoryTraffic(now, perMinute ?? 20_000);
  const judged = new Map<string, Judgement>();
  const counted: string[] = [];
  const meter = { count: (name: string) => void counted.push(name), measure: () => {} };
  const base = {
    ...{ store, clock: now, random: seededRandom(), software: { version: 'test', configDigest: 'test' } },
    ...{ work: memoryWork(), meter, factor: 1 },
  };
  /** While it is true, nothing is woken: whoever would have done it has died. */
  const lost = { wakes: false };
  const workflow = {
    wake: async (taskToken: string, output: Readonly<Record<string, unknown>>) => {
      if (lost.wakes) return;
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
    ...{ metrics: traffic.metrics, rollouts: rolloutDeps, sloCounts },
    pause: () => new Promise((done) => setImmediate(done)),
    startDeployment: async (id, input) => void (await start(governing.states, id, input).catch(() => {})),
    startRollout: async (id, input) => void (await start(rolling.states, id, input).catch(() => {})),
  };
  const governing = machineOf('govern-deployment', DEPLOYMENT_TASKS, { deps: () => deps, twice });
  const rolling = machineOf('roll-out-canary', ROLLOUT_TASKS, { deps: () => rolloutDeps, twice });
  return {
    ...{ store, forge, traffic, deps, rolloutDeps, judged, lost, counted },
    ...{ governing: governing.states, rolling: rolling.states, tasks: [governing.tasks, rolling.tasks] },
    close: () => Promise.all([governing.states.close(), rolling.states.close()]),
  };
}
type Made = ReturnType<typeof dependencies>;

/** A committed machine on the local interpreter, its tasks called as Lambda calls them. */
function machineOf<Deps>(
  name: string,
  known: Readonly<Record<string, Task<Deps>>>,
  { deps, twice }: { readonly deps: () => Deps; readonly twice: boolean },
) {
  const tasks: string[] = [];
  const call: CallAws = async (_caller, _service, _action, input) => {
    const task = String(input.FunctionName);
    tasks.push(task);
    const run = known[task];
    if (run === undefined) throw new Error(`${name} calls ${task}, which is no task`);
    const once = () => answerOf(() => run(deps(), JSON.parse(JSON.stringify(input.Payload)) as never));
    if (twice) await once();
    return once();
  };
  return {
    tasks,
    states: statesOf(new DatabaseSync(':memory:'), definitionOf(name), { call, now: () => Date.now() }),
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
    answer: async (verdict: PersonAnswer['verdict'], person = 'grace') => {
      await vi.advanceTimersByTimeAsync(1000);
      const answered = await answerApprovalBy(
        { ...deps, wake, planNow: deployments.planOfDeploymentNow(deps) },
        {
          ...{ approvalId: (await approvals())[0]?.id ?? '', verdict, reason: 'because', via: 'api' },
          ...{ overrides: [], person, role: 'approver' },
        },
      );
      await vi.advanceTimersByTimeAsync(1000);
      return answered;
    },
    /** What a person does with the rollout of a deployment. */
    control: async (id: string, verb: rollouts.Verb, person: string | undefined = 'grace') => {
      const rolloutId = id.replace(/^dep_/, 'rol_');
      const input = { rolloutId, verb, person, reason: 'because', via: 'api' as const };
      const moved = await rollouts.controlRolloutBy(rolloutDeps, input);
      await vi.advanceTimersByTimeAsync(1000);
      return moved;
    },
  };
}

function actions({ store, deps, rolloutDeps, traffic }: Made, environment: string, change: string) {
  const minute = async () => {
    await vi.advanceTimersByTimeAsync(60_000);
    traffic.world.serveMinute();
    await rollouts.judgeRollouts(rolloutDeps);
    await vi.advanceTimersByTimeAsync(0);
  };
  const rollout = (id: string) => rollouts.loadRollout(store, id.replace(/^dep_/, 'rol_'));
  return {
    minute,
    /** Minutes of traffic, each judged; at most so many, until something is so. Answers how many it took. */
    minutes: async (most: number, until: () => Promise<boolean> = async () => false) => {
      for (let i = 0; i < most; i += 1) {
        if (await until()) return i;
        await minute();
      }
      return most;
    },
    /** Minutes of traffic that no sweep looks at. */
    serve: async (minutes: number) => {
      for (let i = 0; i < minutes; i += 1) {
        await vi.advanceTimersByTimeAsync(60_000);
        traffic.world.serveMinute();
      }
    },
    pass: (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000),
    request: async (revision = change, more: Partial<deployments.RequestInput> = {}) => {
      const actor = { type: 'person', id: 'linus', via: 'api' } as const;
      const given = { service: 'shop', environment, revision, declared: {}, actor, ...more };
      const { id } = await deployments.requestDeployment(deps, given);
      await vi.advanceTimersByTimeAsync(1000);
      return id;
    },
    /** What a person does with a deployment. */
    verb: async (
      deploymentId: string,
      verb: deployments.Verb,
      input: Omit<Parameters<typeof deployments.controlDeployment>[2], 'deploymentId'>,
    ) => {
      const made = await deployments.controlDeployment({ ...deps, rollouts: rolloutDeps }, verb, {
        ...{ deploymentId, ...input },
      });
      await vi.advanceTimersByTimeAsync(1000);
      return made;
    },
    deployment: (id: string) => deployments.loadDeployment(store, id),
    rollout,
    /** The state's name, with its reason where it has one. */
    stands: async (id: string) => {
      const { state } = await rollout(id);
      return 'reason' in state ? `${state.kind} ${state.reason}` : state.kind;
    },
    weight: () => traffic.arms().find(({ revision }) => revision === '2')?.weight ?? 0,
    events: async (kind: 'deployment' | 'rollout', id: string) =>
      (await store.decisions({ kind, id: kind === 'rollout' ? id.replace(/^dep_/, 'rol_') : id })).map(
        ({ envelope }) => envelope.event,
      ),
  };
}
