import { approvalOf } from '../../shared/approvals/index.ts';
import type { Attempt } from '../../shared/rollbacks/index.ts';
import { violationsOf } from './check-run.ts';
import { act } from './people.ts';
import { calmPlan, type Plan } from './plan.ts';
import { campaignRoom, type Options, type Room } from './room.ts';

const STEP = 5;
const LONGEST = 1800;

export type Happy = {
  readonly attempt: Attempt | undefined;
  /** Where the process could have died, in order. */
  readonly points: readonly string[];
  readonly deaths: number;
  /** The attempt's decisions, the approvals' decisions, and what was done at the forge. */
  readonly events: readonly string[];
  readonly approvals: readonly string[];
  readonly effects: readonly string[];
  readonly violations: readonly string[];
};

/** The rollback of one service in a place where all goes well; production is approved once people are asked. */
export async function happyPath(
  { environment, signing }: Pick<Plan, 'environment' | 'signing'>,
  options: Options = {},
): Promise<Happy> {
  const room = await campaignRoom(calmPlan(environment, signing), options);
  try {
    await follow(room);
    return await seen(room);
  } finally {
    await room.close();
  }
}

/** Degrades the service and waits for the end of its attempt; a person who sees the question answers it. */
export async function follow(room: Room): Promise<void> {
  await room.pass(20);
  await act(room, 'degrade', 'shop');
  while (room.elapsed() < LONGEST && !(await isDone(room))) {
    await room.pass(STEP);
    const { items } = await room.watched.store.heads({ kind: 'approval', limit: 5 });
    if (items.map(approvalOf).some(({ state }) => state === 'Open')) void act(room, 'approve', 'shop');
  }
  await room.pass(STEP);
}

async function isDone(room: Room): Promise<boolean> {
  const [attempt] = await room.attempts();
  return attempt?.data.times.ended !== undefined;
}

async function seen(room: Room): Promise<Happy> {
  const { written, effects } = room.watched;
  const eventsOf = (kind: string) =>
    written.flatMap(({ write }) => (write.envelope.kind === kind ? [write.envelope.event] : []));
  return {
    attempt: (await room.attempts())[0],
    ...{ points: room.points, deaths: room.deaths() },
    ...{ events: eventsOf('rollback'), approvals: eventsOf('approval') },
    effects: effects.map(({ what }) => what).toSorted(),
    violations: await violationsOf(room),
  };
}
