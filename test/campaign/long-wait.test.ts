import { expect, test } from 'vitest';
import { eventCountOf, executionArn } from '../local/states/harness.ts';
import { violationsOf } from './check-run.ts';
import { act } from './people.ts';
import { calmPlan } from './plan.ts';
import { campaignRoom } from './room.ts';

test('an approval whose checks never end waits out its four hours within the workflow’s 5,000 events', async () => {
  const room = await campaignRoom({ ...calmPlan('production'), timings: { reviewWait: 900 } });
  try {
    await room.pass(20);
    await act(room, 'degrade', 'shop');
    await room.pass(200);
    await act(room, 'checks-pending', 'shop');
    void act(room, 'approve', 'shop');
    await room.pass(14_100);
    const [waiting] = await room.attempts();
    expect(waiting?.state.kind).toBe('AwaitingMerge');
    await room.pass(2000);
    const [ended] = await room.attempts();
    expect(ended?.data.times.ended).toBeDefined();
    expect(await eventCountOf(room.states().service, executionArn(ended?.id ?? ''))).toBeLessThan(5000);
    expect(await violationsOf(room)).toEqual([]);
  } finally {
    await room.close();
  }
}, 120_000);
