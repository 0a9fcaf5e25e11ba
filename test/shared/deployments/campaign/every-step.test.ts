import { env } from 'node:process';
import { expect, test } from 'vitest';
import { violationsOf } from './check.ts';
import { calmPlan } from './plan.ts';
import { campaignRoom } from './room.ts';
import { ask } from './run.ts';

const LONGEST = 3600;
const { EVERY_STEP: every } = env;

/** A deployment in staging where nothing fails but what is cut. */
async function deployed(behaviour: { readonly failing: number; readonly slow: number }, cutAt = 0) {
  const room = await campaignRoom(calmPlan(behaviour), { cutAt });
  try {
    const { world } = room;
    await ask(room);
    const ended = async () => (await world.store.heads({ kind: 'deployment' })).items[0]?.state.kind;
    while (room.elapsed() < LONGEST && !['Completed', 'RolledBack'].includes((await ended()) ?? ''))
      await room.pass(30);
    await room.pass(60);
    const events = (kind: string) =>
      world.store.written.flatMap((each) => (each.kind === kind ? [each.event] : []));
    return {
      ...{ points: room.points, deaths: room.deaths(), violations: await violationsOf(room, cutAt === 0) },
      end: await ended(),
      deployment: events('deployment'),
      rollout: events('rollout').filter((event) => !['RolloutHeld', 'HoldEnded'].includes(event)),
      moves: world.moves.map(({ weight }) => weight),
    };
  } finally {
    await room.close();
  }
}

// Every second point of the bad one and every fourth of the good one, which is longer: EVERY_STEP=1 cuts at each.
test.each([
  ['good', { failing: 0.005, slow: 0.01 }, 'Completed', [0.1, 0.5, 1], (index: number) => index % 4 === 0],
  ['bad', { failing: 0.05, slow: 0.01 }, 'RolledBack', [0.1, 0], (index: number) => index % 2 === 1],
])(
  'a deployment of a %s change that is cut before and after its recorded steps comes to the same end, no move made twice',
  async (_what, behaviour, end, moves, isCut) => {
    const whole = await deployed(behaviour);
    expect([whole.end, whole.moves, whole.deaths, whole.violations]).toEqual([end, moves, 0, []]);
    expect(new Set(whole.points.map((point) => point.split(' ')[0]))).toEqual(new Set(['before', 'after']));
    for (const [index, where] of whole.points.entries()) {
      if (every === undefined && !isCut(index)) continue;
      const { points: _points, ...cut } = await deployed(behaviour, index + 1);
      const { points: _all, ...uncut } = whole;
      expect({ where, ...cut }).toEqual({ where, ...uncut, deaths: 1 });
    }
  },
  600_000,
);
