import { setTimeout as sleep } from 'node:timers/promises';
import { attemptsOf, decisionsOf, outcomeOf, type Rollback, until } from '../local/scenarios/attempt.ts';
import { deploy, healthyOn } from '../local/scenarios/prepare.ts';
import type { World } from '../local/world.ts';
import { effectsOf, type Target } from './kills-effects.ts';
import { type Cut, faultsOf, isWhere, type watchSteps } from './kills-steps.ts';

const LONGEST_SECONDS = 240;
/** What follows an end (telling people, the last step of the workflow) has this long to happen twice. */
const SETTLING_MS = 1_500;
/** A kill that is on its way when nothing is armed any more; whoever died is started again before the next run. */
const LAST_KILL_MS = 500;
const POLL_MS = 200;

export type Ground = {
  readonly world: World;
  readonly steps: ReturnType<typeof watchSteps>;
  /** Signs an answer in the name of lee, who did not write the change. */
  readonly approver: string;
};

/** What one run came to, cut or not. */
export type KillRun = {
  readonly target: Target;
  readonly id: string;
  readonly cut?: Cut;
  /** Whether the process ended by SIGKILL, and with that much stored. */
  readonly killed: boolean;
  /** The step that was cut. */
  readonly at?: string;
  /** From the death until the restarted cloud was ready. */
  readonly downMs?: number;
  /** From the deployment of the bad revision to the end, seconds. */
  readonly seconds: number;
  readonly end: string;
  readonly workflow: string;
  readonly steps: readonly string[];
  readonly events: readonly string[];
  readonly approvals: readonly string[];
  readonly effects: readonly string[];
};

type Death = { readonly signal?: NodeJS.Signals; readonly stored: number; readonly downMs: number };

/** One rollback of a prepared service: cut at a step, started again over the same folder, followed to its end. */
export async function killRun(ground: Ground, target: Target, stable: string, cut?: Cut): Promise<KillRun> {
  const { world, steps } = ground;
  const { service } = target;
  const { environment } = target.place;
  const before = steps.count();
  const startedAt = performance.now();
  const death = cut === undefined ? undefined : startAgain(ground, before, cut);
  await deploy(world, service, 'crashing', 'Join replica 0 at the start', environment);
  const over = new AbortController();
  const person = environment === 'production' ? approve(ground, service, over.signal) : undefined;
  const ended = await until(`the end of ${service}`, LONGEST_SECONDS, () => endOf(ground, service))
    // a run that does not come to an end is a finding, and not the end of the sweep
    .catch(() => lastSeen(world, service))
    .finally(() => over.abort());
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  await person;
  await sleep(SETTLING_MS);
  world.cloud.setFaults([]);
  await sleep(LAST_KILL_MS);
  const died = await death?.seen();
  const { steps: stored, status = 'none' } = steps.stored(ended.id);
  if (ended.state.kind === 'RollbackComplete') await healthyOn(world, service, stable, environment);
  const approvals = await approvalsOf(world, service);
  const answers = await Promise.all(approvals.map(({ id }) => decisionsAt(world, `approvals/${id}`)));
  return {
    ...{ target, seconds, id: ended.id, end: outcomeOf(ended), workflow: status, steps: stored },
    ...(cut !== undefined && { cut, at: stored[cut.step] ?? 'beyond the end' }),
    killed: cut !== undefined && died?.signal === 'SIGKILL' && isWhere(cut, died.stored),
    ...(died !== undefined && { downMs: died.downMs }),
    events: (await decisionsOf(world, ended.id)).map(({ event, rev }) => `${rev} ${event}`),
    approvals: answers.flat(),
    effects: effectsOf(world, target),
  };
}

/** Arms the kill, and starts the cloud again as soon as its process has died. */
function startAgain({ world, steps }: Ground, before: number, cut: Cut) {
  world.cloud.setFaults(faultsOf(cut));
  let died: Death | undefined;
  let starting: Promise<void> | undefined;
  let over = false;
  void world.cloud.ended().then((signal) => {
    if (over) return;
    const [at, stored] = [Date.now(), steps.count() - before];
    starting = world.cloud.again().then(() => {
      died = { ...(signal !== undefined && { signal }), stored, downMs: Date.now() - at };
    });
  });
  return {
    /** How it died, if it did; later deaths are not this run's. */
    seen: async (): Promise<Death | undefined> => {
      over = true;
      await starting;
      return died;
    },
  };
}

/** The attempt once it has ended and its workflow with it; undefined before, and while nothing answers. */
async function endOf({ world, steps }: Ground, service: string): Promise<Rollback | undefined> {
  const [attempt] = await attemptsOf(world, service).catch(() => []);
  if (attempt === undefined) return undefined;
  if (attempt.state.kind === 'AwaitingHumanReview') return attempt;
  return attempt.times.ended !== undefined && steps.stored(attempt.id).status !== 'RUNNING'
    ? attempt
    : undefined;
}

async function lastSeen(world: World, service: string): Promise<Rollback> {
  const [attempt] = await attemptsOf(world, service);
  if (attempt === undefined) throw new Error(`no attempt was opened for ${service}`);
  return attempt;
}

type Approval = { readonly id: string; readonly state: { readonly kind: string } };

async function approvalsOf(world: World, service: string): Promise<readonly Approval[]> {
  const { items } = (await world.api('GET', `/v1/approvals?service=${service}`)) as {
    readonly items: readonly Approval[];
  };
  return items;
}

async function decisionsAt(world: World, path: string): Promise<readonly string[]> {
  const { items } = (await world.api('GET', `/v1/${path}/decisions`)) as {
    readonly items: readonly { readonly event: string; readonly rev: number }[];
  };
  return items.map(({ event, rev }) => `${rev} ${event}`);
}

/** A person who looks what is asked, answers, and tries again when the answer did not arrive. */
async function approve({ world, approver }: Ground, service: string, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    const open = await approvalsOf(world, service).catch(() => []);
    for (const { id } of open.filter(({ state }) => state.kind === 'Open'))
      await fetch(`${world.cloud.api}/v1/approvals/${id}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${approver}`, 'content-type': 'application/json' },
        body: JSON.stringify({ verdict: 'approve', reason: 'customers cannot sign in' }),
      }).catch(() => undefined);
    await sleep(POLL_MS);
  }
}
