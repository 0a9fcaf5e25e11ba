import { expect, test } from 'vitest';
import { violationsOf } from './check-run.ts';
import { act } from './people.ts';
import { calmPlan } from './plan.ts';
import { campaignRoom } from './room.ts';

/** Found under faults by seeds 326 and 1097, as the calls of a run were then. */
test('a task that records an end and dies while it closes the question leaves no question open', async () => {
  const room = await campaignRoom(calmPlan('production'));
  const { watchedStore } = room.watched;
  const { write } = watchedStore;
  let deaths = 0;
  Object.assign(watchedStore, {
    write: async (decision: Parameters<typeof write>[0]) => {
      if (decision.envelope.event === 'ApprovalWithdrawn' && deaths === 0) {
        deaths += 1;
        throw Object.assign(new Error('died'), { name: 'Sandbox.Timedout' });
      }
      return write(decision);
    },
  });
  try {
    await room.pass(20);
    await act(room, 'degrade', 'shop');
    await room.pass(300);
    await act(room, 'kill-switch-on', 'shop');
    await room.pass(300);
    const [attempt] = await room.attempts();
    expect([attempt?.state, deaths]).toEqual([{ kind: 'Aborted', reason: 'KILL_SWITCH' }, 1]);
    expect(await violationsOf(room)).toEqual([]);
  } finally {
    await room.close();
  }
}, 60_000);
