import { type Attempt, isOpen } from '../../shared/rollbacks/index.ts';
import { statusOf } from '../local/states/harness.ts';
import { violationsOf } from './check-run.ts';
import { act } from './people.ts';
import { type Plan, planOf } from './plan.ts';
import { campaignRoom, type Room } from './room.ts';

/** After the last fault: the longest that an attempt may take through all of its waits. */
const LONGEST_REST = 7200;
const STEP = 30;
const LATEST_ALERT = 900;

export type Outcome = {
  readonly seed: number;
  readonly place: string;
  readonly violations: readonly string[];
  /** Ends by state and reason. */
  readonly ends: readonly string[];
  readonly faults: Readonly<Record<string, number>>;
  readonly acts: number;
  readonly decisions: number;
  readonly effects: number;
  readonly merges: number;
  /** Where a checkpoint is awaited: merges made, waits that were said, and waits in which none came. */
  readonly checkpoints: { readonly merged: number; readonly awaited: number; readonly overdue: number };
  /** Signals stored of what senders delivered, and attempts that one of them opened. */
  readonly alerts: { readonly stored: number; readonly opened: number };
  readonly virtualSeconds: number;
  readonly log: readonly string[];
};

/** One run of the campaign: everything that it does comes from its seed. */
export async function campaignRun(seed: number, change: Partial<Plan> = {}): Promise<Outcome> {
  const plan = { ...planOf(seed), ...change };
  const room = await campaignRoom(plan);
  try {
    for (const { at, service, act: what } of plan.acts) {
      await room.pass(Math.max(0, at - room.elapsed()));
      room.injected.log.push(`${at}s ${what} ${service}`);
      void act(room, what, service);
    }
    await room.pass(Math.max(0, plan.quietFrom - room.elapsed()));
    await rest(room);
    return await outcomeOf(room);
  } finally {
    await room.close();
  }
}

/** Lets time pass until nothing is open and nothing new opens; an attempt that stays open is found by the check. */
async function rest(room: Room): Promise<void> {
  const until = room.elapsed() + LONGEST_REST;
  const isBusy = async (): Promise<boolean> =>
    (await Promise.all((await room.attempts()).map((attempt) => goesOn(room, attempt)))).some(Boolean);
  await room.pass(2 * STEP);
  // what is still to be told is told, however late
  if (room.plan.alerts !== undefined) await room.pass(LATEST_ALERT);
  while (room.elapsed() < until && (await isBusy())) {
    while (room.elapsed() < until && (await isBusy())) await room.pass(STEP);
    await room.pass(STEP);
  }
}

async function goesOn(room: Room, attempt: Attempt): Promise<boolean> {
  const running = async () => (await statusOf(room.states(), attempt.id)).status === 'RUNNING';
  return isOpen(attempt) || (await running().catch(() => false));
}

async function outcomeOf(room: Room): Promise<Outcome> {
  const { plan, watched, injected } = room;
  const ends = (await room.attempts()).map(({ state }) =>
    'reason' in state ? `${state.kind}(${state.reason})` : state.kind,
  );
  const merges = watched.effects.filter(({ what }) => /^(merge|enqueue) /.test(what)).length;
  const decided = (event: string) =>
    watched.written.filter(({ write }) => write.envelope.event === event).length;
  return {
    ...{ seed: plan.seed, place: `${plan.environment}/${plan.level}`, ends, log: injected.log },
    violations: await violationsOf(room),
    faults: Object.fromEntries(injected.counts),
    ...{ acts: plan.acts.length, decisions: watched.written.length, effects: watched.effects.length },
    merges,
    checkpoints: {
      merged: plan.signing === undefined ? 0 : merges,
      awaited: decided('CheckpointAwaited'),
      overdue: decided('CheckpointTimedOut'),
    },
    alerts: {
      stored: watched.signals.arrived.length,
      opened: watched.signals.all().filter(({ outcome }) => outcome === 'opened').length,
    },
    virtualSeconds: Math.round(room.elapsed()),
  };
}
