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
    expect(await eventCountOf(room.states().service, executionArn(ended?.id ?? ''))).toBeLessThan(1000);
    expect(await violationsOf(room)).toEqual([]);
  } finally {
    await room.close();
  }
}, 120_000);

/** Red checks end the first three stays, the deadline the last. Every other length is counted in look-pace.test.ts. */
test('an approval whose checks never end, sent back three times, stays within them at default timings', async () => {
  const room = await campaignRoom({ ...calmPlan('production'), timings: {} });
  const kind = async () => (await room.attempts())[0]?.state.kind;
  const approved = async (): Promise<void> => {
    await act(room, 'checks-pending', 'shop');
    void act(room, 'approve', 'shop');
    await room.pass(30);
    expect(await kind()).toBe('AwaitingMerge');
  };
  try {
    await room.pass(20);
    await act(room, 'degrade', 'shop');
    await room.pass(200);
    for (let returns = 0; returns < 3; returns += 1) {
      await approved();
      await room.pass(7_200);
      await act(room, 'checks-red', 'shop');
      void act(room, 'forge-event', 'shop');
      await room.pass(30);
      expect(await kind()).toBe('AwaitingHumanReview');
    }
    await approved();
    await room.pass(14_500);
    const [attempt] = await room.attempts();
    expect(attempt).toMatchObject({ state: { reason: 'MERGE_TIMEOUT' }, data: { returns: 3 } });
    const events = await eventCountOf(room.states().service, executionArn(attempt?.id ?? ''));
    expect(events).toBeLessThan(2_000);
    await act(room, 'abort', 'shop');
    await room.pass(60);
    expect(await violationsOf(room)).toEqual([]);
  } finally {
    await room.close();
  }
}, 120_000);
