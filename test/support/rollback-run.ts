import { expect, vi } from 'vitest';
import type { Head } from '../../shared/kernel/index.ts';
import * as rollbacks from '../../shared/rollbacks/index.ts';
import { type AutonomyLevel, putAutonomy, putKillSwitch, putService } from '../../shared/services/index.ts';
import { statusOf } from '../local/states/harness.ts';
import { seededRandom } from './chance.ts';
import { expectReplay } from './expect-replay.ts';
import { memoryStore } from './memory-store.ts';
import { memoryWork } from './memory-work.ts';
import { GITOPS, manifestPath, memoryWorld, POINTER } from './memory-world.ts';
import { rollbackMachine } from './rollback-machine.ts';
import type { Invoke } from './rollback-tasks.ts';

const BY_ADA = { type: 'person', id: 'ada', via: 'api' } as const;
const asked = (key: string) => ({ actor: BY_ADA, correlationId: key, key });

type Options = {
  readonly level?: AutonomyLevel;
  readonly environment?: string;
  readonly services?: readonly string[];
  readonly timings?: Partial<rollbacks.Timings>;
  /** A merge waits for a checkpoint there. */
  readonly awaitCheckpoint?: boolean;
  /** Every task is called twice with the same payload, as after a lost answer. */
  readonly twice?: boolean;
  /** The text of another state machine than the committed one. */
  readonly machine?: string;
  /** Calls the tasks, by their handlers for instance; else the use cases are called. */
  readonly invoke?: Invoke;
};
export type Run = Awaited<ReturnType<typeof rollbackRun>>;

/** Runs the committed state machine on the local interpreter over the use cases and a world in memory, on a virtual clock. */
export async function rollbackRun(options: Options = {}) {
  const start = Date.parse('2026-11-21T10:00:00.000Z');
  vi.useFakeTimers({ now: start, toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  const { services = ['shop'], environment = 'staging', level = 'auto', twice = false } = options;
  const made = dependencies(twice, options);
  const { deps, world, store } = made;
  const revisions = new Map<string, readonly string[]>();
  for (const service of services) {
    revisions.set(service, await revisionsOf(world, service));
    const document = documentOf(service, environment, options);
    await putService(deps, { name: service, document, ...asked('register') });
    await putAutonomy(deps, { service, environment, action: 'rollback', level }, asked(`level/${service}`));
    world.deploy(service, environment, revisions.get(service)?.at(-2) ?? '');
    await deps.health.read({ service, environment, application: service });
  }
  return {
    ...{ ...made, environment, ...actions(made, revisions, environment), ...views(made) },
    setLevel: (to: AutonomyLevel, service = 'shop') =>
      putAutonomy(deps, { service, environment, action: 'rollback', level: to }, asked(`level/${to}`)),
    killSwitch: (on: boolean) => putKillSwitch(deps, { on, reason: 'drill' }, asked(`kill/${on}`)),
    close: async () => {
      await expectReplay(store);
      expect(made.failures).toEqual([]);
      const closed = made.machine.close();
      await vi.advanceTimersByTimeAsync(0);
      await closed;
      vi.useRealTimers();
    },
  };
}

function dependencies(twice: boolean, { machine: text, invoke }: Options) {
  const now = () => Date.now();
  const world = memoryWorld(now);
  const store = memoryStore();
  const failures: unknown[] = [];
  const watch = (place: rollbacks.WatchInput) =>
    rollbacks.watchHealth(deps, place).catch((thrown: unknown) => failures.push(thrown));
  const machine = rollbackMachine(() => deps, { store, world, twice, watch, machine: text, invoke });
  const deps: rollbacks.WorldDeps = {
    ...{ ...world, store, work: memoryWork(), workflow: machine.workflow, clock: now },
    ...{ random: seededRandom(), software: { version: 'test', configDigest: 'test' } },
    ...{ factor: 1, timings: rollbacks.timingsAt(1) },
    pause: (milliseconds) => new Promise((done) => setTimeout(done, milliseconds)),
  };
  return { world, store, deps, machine, tasks: machine.tasks, failures, watch };
}
type Made = ReturnType<typeof dependencies>;

async function revisionsOf(world: Made['world'], service: string): Promise<readonly string[]> {
  const shas = ['one', 'two', 'three', 'four', 'broken'].map((message) =>
    world.forge.commit(`acme/${service}`, 'main', `${message} of ${service}`),
  );
  for (const sha of shas) world.forge.setChecks(`acme/${service}`, sha, 'success');
  for (const sha of shas.slice(0, -1)) world.uptimes.set(sha, 0.998);
  return shas;
}

function documentOf(service: string, environment: string, { timings, awaitCheckpoint }: Options) {
  const path = manifestPath(service, environment);
  const manifest = { repository: GITOPS, branch: 'main', path, pointer: POINTER };
  const place = {
    ...{ platform: 'argocd' as const, application: `${service}-${environment}`, manifest },
    ...(awaitCheckpoint !== undefined && { awaitCheckpoint }),
  };
  return {
    ...{ tier: 1, owners: ['team'], repository: `acme/${service}`, environments: { [environment]: place } },
    ...{ selectors: [], slos: [], dependencies: [], ...(timings !== undefined && { timings }) },
  };
}

function actions(
  { world, watch }: Made,
  revisions: ReadonlyMap<string, readonly string[]>,
  environment: string,
) {
  const sweep = (): void => {
    void watch({});
    setTimeout(sweep, 60_000);
  };
  return {
    /** The shas of a service's commits, oldest first; the last is the one that breaks. */
    revisions: (service = 'shop') => revisions.get(service) ?? [],
    /** Deploys the newest revision, whose runs are Degraded. */
    degrade: (service = 'shop') => {
      const sha = revisions.get(service)?.at(-1) ?? '';
      world.revisions.set(sha, 'Degraded');
      world.deploy(service, environment, sha);
    },
    /** What runs is Healthy again by itself. */
    heal: (service = 'shop') => world.revisions.set(revisions.get(service)?.at(-1) ?? '', 'Healthy'),
    sweepEveryMinute: sweep,
    pass: (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000),
    checks: (state: 'success' | 'failure' | 'none') => {
      for (const { headSha } of world.forge.pullRequests(GITOPS))
        world.forge.setChecks(GITOPS, headSha, state);
    },
  };
}

function views({ store, machine }: Made) {
  const attempts = async () =>
    (await store.heads({ kind: 'rollback', limit: 50 })).items.map((head: Head) => rollbacks.attemptOf(head));
  return {
    attempts,
    /** Lets time pass until an attempt is in a state. */
    until: async (state: string, seconds = 1000) => {
      for (let passed = 0; passed <= seconds; passed += 2) {
        const found = (await attempts()).find((each) => each.state.kind === state);
        if (found !== undefined) return found;
        await vi.advanceTimersByTimeAsync(2000);
      }
      const present = (await attempts()).map((each) => JSON.stringify(each.state)).join(', ');
      throw new Error(`no attempt came to ${state}; they are: ${present || 'none'}`);
    },
    execution: (id: string) => statusOf(machine.states, id),
    events: async (id: string) =>
      (await store.decisions({ kind: 'rollback', id })).map(({ envelope }) => envelope.event),
  };
}
