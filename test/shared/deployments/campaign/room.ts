import { DatabaseSync } from 'node:sqlite';
import * as deployments from '../../../../shared/deployments/index.ts';
import * as rollouts from '../../../../shared/rollouts/index.ts';
import { chanceOf } from '../../../campaign/chance.ts';
import { virtualTime } from '../../../campaign/virtual-time.ts';
import { seededRandom } from '../../../support/chance.ts';
import { KINDS, type Kind, type Plan } from './plan.ts';
import { type Deps, isLasting, liveProcess, type Process } from './process.ts';
import { worldOf } from './world.ts';

const START = Date.parse('2026-11-17T10:00:00.000Z');
const WRITES = /^(store\.write|traffic\.shift|work\.putWait|workflow\.)/;
export type Room = Awaited<ReturnType<typeof campaignRoom>>;

/** The whole of a run: what lasts, the processes that live one after the other, and the schedule outside of them. */
export async function campaignRoom(plan: Plan, { cutAt = 0 }: { readonly cutAt?: number } = {}) {
  const time = virtualTime(START);
  const elapsed = (): number => (time.now() - START) / 1000;
  const world = await worldOf(plan, time.now);
  const chance = chanceOf(plan.seed, 'faults');
  const points: string[] = [];
  const bugs: string[] = [];
  const faults: string[] = [];
  let closing = false;
  let deaths = 0;
  const isQuiet = (): boolean => elapsed() < plan.faultsFrom || elapsed() >= plan.quietFrom;
  const surroundings = {
    ...{ world, chance, now: time.now, random: seededRandom(plan.seed + 1) },
    databases: { governing: new DatabaseSync(':memory:'), rolling: new DatabaseSync(':memory:') },
    diesAt: (point: string) => points.push(point) === cutAt,
    died: () => {
      if (closing) return;
      deaths += 1;
      setTimeout(live, chance.between(1, 20) * 1000);
    },
    isTwice: () => !isQuiet() && chance.happens(plan.twice),
    faultAt: (call: string) => {
      const kind = isQuiet() ? undefined : drawn(plan, call, chance);
      if (kind === undefined) return { kind: 'none' as const, delay: 0 };
      faults.push(`${elapsed().toFixed(0)}s ${kind} ${call}`);
      return { kind, delay: kind === 'delay' ? chance.between(1, 40) : 0 };
    },
    bug: (text: string) => bugs.push(`${elapsed()}s ${text}`),
  };
  let process: Process = liveProcess(surroundings);
  const live = (): void => {
    process = liveProcess(surroundings);
    process.governing.resume();
    process.rolling.resume();
  };
  /** Runs a function of today's process; nothing at all while there is none. */
  const run = (name: string, work: (deps: Deps) => Promise<unknown>): void => {
    if (!process.isDead()) void process.run(name, work).catch(() => {});
  };
  const sweep = (): void => {
    if (closing) return;
    setTimeout(sweep, 60_000);
    world.traffic.world.serveMinute();
    const judge = () => run('JudgeRollouts', (deps) => rollouts.judgeRollouts(deps.rollouts));
    if (surroundings.isTwice()) setTimeout(judge, chance.between(0, 50) * 1000);
    judge();
  };
  setTimeout(sweep, 60_000);
  return {
    ...{ plan, world, points, bugs, faults, run, elapsed, pass: time.pass },
    process: () => process,
    deaths: () => deaths,
    request: () =>
      run('RequestDeployment', (deps) =>
        deployments.requestDeployment(deps, {
          ...{ service: 'shop', environment: plan.environment, revision: world.change, declared: {} },
          actor: { type: 'person', id: 'linus', via: 'api' },
        }),
      ),
    close: async () => {
      closing = true;
      process.die();
      await time.pass(0);
      time.restore();
    },
  };
}

function drawn(plan: Plan, call: string, chance: ReturnType<typeof chanceOf>): Kind | undefined {
  return KINDS.find((kind) => fits(kind, call) && chance.happens(plan.rates[kind]));
}

function fits(kind: Kind, call: string): boolean {
  if (kind === 'lost-answer') return WRITES.test(call);
  if (kind === 'conflict') return call === 'store.write';
  if (kind === 'denied') return /^(traffic|metrics|forge)\./.test(call);
  return kind.startsWith('kill') ? isLasting(call) : true;
}
