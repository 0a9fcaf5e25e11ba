import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Attempt, attemptOf, escalateRollback, watchHealth } from '../../shared/rollbacks/index.ts';
import { seededRandom } from '../support/chance.ts';
import { type Answer, answerOf } from '../support/rollback-tasks.ts';
import { routes } from './alerts.ts';
import { injections } from './injected.ts';
import type { Plan } from './plan.ts';
import { type Deps, liveProcess, type Process } from './process.ts';
import { prepare } from './services.ts';
import { virtualTime } from './virtual-time.ts';
import { type Caller, type Watched, watchedWorld } from './watched-world.ts';

const COMMITTED = join(import.meta.dirname, '../../statemachines/roll-back-service.asl.json');
const START = Date.parse('2026-11-21T10:00:00.000Z');
const ESCALATING = [
  ...['EscalationRaised', 'ApprovalRequested', 'HumanMergeAwaited'],
  ...['Paged', 'SecurityViolation', 'NotConfirmed'],
];
const TELLING_TRIES = 5;

export type Options = {
  /** The process dies at this one of the points where it could; counted from 1. */
  readonly cutAt?: number;
};
/** A function that ran to its end; ms since 1970. */
export type Ran = { readonly name: string; readonly from: number; readonly to: number };
export type Room = Awaited<ReturnType<typeof campaignRoom>>;

/** The whole of a run: what lasts, the processes that live one after the other, and the schedule outside of them. */
export async function campaignRoom(plan: Plan, { cutAt = 0 }: Options = {}) {
  const time = virtualTime(START);
  const elapsed = (): number => (time.now() - START) / 1000;
  const watched = watchedWorld(time.now);
  const injected = injections(plan, elapsed);
  const random = seededRandom(plan.seed + 1);
  const points: string[] = [];
  const bugs: string[] = [];
  const runs: Ran[] = [];
  const calls: { readonly by: string; readonly call: string; readonly at: number }[] = [];
  let closing = false;
  let deaths = 0;
  const surroundings = {
    ...{ watched, injected, random, now: time.now },
    database: new DatabaseSync(':memory:'),
    definition: JSON.parse(readFileSync(COMMITTED, 'utf8').replaceAll(/\$\{(\w+)Arn\}/g, '$1')),
    diesAt: (point: string) => points.push(point) === cutAt,
    died: () => {
      if (closing) return;
      deaths += 1;
      setTimeout(live, injected.some(1, plan.rates['kill-after'] > 0 ? 60 : 5) * 1000);
    },
    sweep: (service: string, environment: string) => sweepOne({ service, environment }),
    called: (by: string, call: string) => calls.push({ by, call, at: time.now() }),
    ran: ({ name }: Caller, from: number, to: number) => runs.push({ name, from, to }),
    bug: (text: string) => bugs.push(`${elapsed()}s ${text}`),
  };
  let process: Process = liveProcess(surroundings);
  const live = (): void => {
    process = liveProcess(surroundings);
    process.states.resume();
  };
  /** Runs a function of today's process; nothing at all while there is none. */
  const run = async (name: string, payload: unknown, work: (deps: Deps) => Promise<unknown>) => {
    if (process.isDead()) return undefined;
    const answer = process.run({ name, payload }, (deps) => answerOf(() => work(deps)));
    return Promise.race([answer.catch(() => undefined), process.death]);
  };
  const sweepOne = (place: { service?: string; environment?: string }): void =>
    void run('WatchHealth', place, (deps) => watchHealth(deps, place));
  const sweep = (): void => {
    if (closing) return;
    setTimeout(sweep, 60_000);
    const late = injected.happens('twice', 'sweep') ? injected.some(0, 50) : 0;
    if (late > 0) setTimeout(() => sweepOne({}), late * 1000);
    sweepOne({});
  };
  const stream = escalations({ watched, run, over: () => closing });
  const attempts = async (): Promise<readonly Attempt[]> =>
    (await watched.store.heads({ kind: 'rollback', limit: 50 })).items.map(attemptOf);
  const revisions = await prepare(plan, watched, { now: time.now, random });
  sweep();
  stream();
  signs({ plan, watched, elapsed, over: () => closing });
  if (plan.alerts !== undefined)
    routes({ arrived: watched.signals.arrived, run, injected, over: () => closing });
  return {
    ...{ plan, watched, injected, points, bugs, runs, calls, revisions, run, attempts, elapsed },
    ...{ pass: time.pass, now: time.now, isOver: () => closing },
    states: () => process.states,
    deaths: () => deaths,
    close: async () => {
      closing = true;
      process.die();
      await time.pass(0);
      time.restore();
    },
  };
}

type Ledger = {
  readonly plan: Plan;
  readonly watched: Watched;
  readonly elapsed: () => number;
  readonly over: () => boolean;
};

/** Signs checkpoints where merges await them, as the plan says: what is decided just after one waits for the next. */
function signs({ plan: { signing }, watched, elapsed, over }: Ledger): void {
  if (signing === undefined) return;
  const { every, pause } = signing;
  watched.sign();
  const next = (): void => {
    if (over()) return;
    setTimeout(next, every * 1000);
    if (pause === undefined || elapsed() < pause.from || elapsed() >= pause.to) watched.sign();
  };
  setTimeout(next, every * 1000);
}

type Run = (
  name: string,
  payload: unknown,
  work: (deps: Deps) => Promise<unknown>,
) => Promise<Answer | undefined>;
type Escalating = { readonly watched: Watched; readonly run: Run; readonly over: () => boolean };

/** What the stream brings to people: each decision until it has been told, a few times at most. */
function escalations({ watched, run, over }: Escalating): () => void {
  let seen = 0;
  const tell = (index: number, tries: number): void => {
    const { kind, id, rev, events } = watched.written[index]?.write.envelope ?? {};
    const event = events?.find(({ type }) => ESCALATING.includes(type));
    if (kind !== 'rollback' || id === undefined || rev === undefined || event === undefined) return;
    const input = { type: event.type, eventId: `${id}/${rev}`, rollbackId: id, rev };
    void run('EscalateRollback', input, (deps) => escalateRollback(deps, input)).then((answer) => {
      const failed = answer === undefined || answer.FunctionError !== undefined;
      if (failed && tries > 1 && !over())
        setTimeout(() => tell(index, tries - 1), answer === undefined ? 5_000 : 60_000);
    });
  };
  return function look() {
    if (over()) return;
    setTimeout(look, 5_000);
    for (; seen < watched.written.length; seen += 1) tell(seen, TELLING_TRIES);
  };
}
