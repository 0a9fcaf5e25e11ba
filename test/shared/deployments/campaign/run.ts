import { openOnes, violationsOf } from './check.ts';
import { act } from './people.ts';
import { type Plan, planOf } from './plan.ts';
import { campaignRoom, type Room } from './room.ts';

/** After the last fault: the longest that a rollout may take through all of its waits. */
const LONGEST_REST = 14_400;
const STEP = 60;

export type Outcome = {
  readonly seed: number;
  readonly ends: readonly string[];
  readonly violations: readonly string[];
  readonly faults: readonly string[];
  readonly decisions: number;
  readonly moves: number;
};

/** One run of the campaign: everything that it does comes from its seed. */
export async function campaignRun(seed: number, change: Partial<Plan> = {}): Promise<Outcome> {
  const plan = { ...planOf(seed), ...change };
  const room = await campaignRoom(plan);
  try {
    await ask(room);
    for (const { at, act: what } of plan.acts) {
      await room.pass(Math.max(0, at - room.elapsed()));
      room.faults.push(`${at}s act ${what}`);
      act(room, what);
    }
    await room.pass(Math.max(0, plan.quietFrom - room.elapsed()));
    await rest(room);
    return await outcomeOf(room);
  } finally {
    await room.close();
  }
}

/** A person asks, and asks again while nothing came of it. */
export async function ask(room: Room): Promise<void> {
  for (let tries = 0; tries < 20; tries += 1) {
    room.request();
    await room.pass(30);
    const { items } = await room.world.store.heads({ kind: 'deployment' });
    if (items.length > 0 && items[0]?.state.kind !== 'Requested') return;
  }
}

/** Lets time pass until nothing is open; the switches are back where they were, so that nothing else holds it. */
async function rest(room: Room): Promise<void> {
  const until = room.elapsed() + LONGEST_REST;
  const { world, plan } = room;
  for (const what of ['kill-off', 'raise', 'sound'] as const) act(room, what);
  await room.pass(120);
  while (room.elapsed() < until && (await openOnes(room)).length > 0) await room.pass(STEP);
  world.traffic.world.perMinute = plan.perMinute;
  await room.pass(STEP);
}

async function outcomeOf(room: Room): Promise<Outcome> {
  const { world, plan, faults } = room;
  const heads = [
    ...(await world.store.heads({ kind: 'deployment' })).items,
    ...(await world.store.heads({ kind: 'rollout' })).items,
  ];
  return {
    ...{ seed: plan.seed, faults, decisions: world.store.written.length, moves: world.moves.length },
    ends: heads.map(({ kind, state }) => `${kind} ${JSON.stringify(state)}`),
    violations: await violationsOf(room),
  };
}
