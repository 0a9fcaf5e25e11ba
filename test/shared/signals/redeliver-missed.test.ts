import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Fault } from '../../../shared/kernel/index.ts';
import type { Deliveries, WebhookDelivery } from '../../../shared/ports/deliveries.ts';
import { redeliverMissed } from '../../../shared/signals/index.ts';

const NOW = Date.parse('2026-11-21T12:00:00.000Z');
const at = (minutesAgo: number) => new Date(NOW - minutesAgo * 60_000).toISOString();

/** A forge that keeps a list, newest first, and takes what it is asked for. */
function forgeWith(listed: readonly WebhookDelivery[] | undefined, gone: readonly number[] = []) {
  const asked: number[] = [];
  const since: string[] = [];
  const deliveries: Deliveries = {
    list: async (time) => {
      since.push(time);
      return listed?.toSorted((a, b) => (a.deliveredAt < b.deliveredAt ? 1 : -1));
    },
    redeliver: async (id) => {
      if (gone.includes(id)) throw new Fault('NotFound', 'too old');
      asked.push(id);
    },
  };
  return { asked, since, run: () => redeliverMissed({ deliveries, clock: () => NOW }) };
}

const delivery = (id: number, guid: string, minutesAgo: number, received: boolean): WebhookDelivery => ({
  ...{ id, guid, event: 'push', received },
  deliveredAt: at(minutesAgo),
});

describe('the sweep of missed deliveries', () => {
  test('what nobody received within the hour is delivered again, oldest first', async () => {
    const forge = forgeWith([
      delivery(3, 'c', 5, false),
      delivery(2, 'b', 20, true),
      delivery(1, 'a', 40, false),
    ]);
    expect(await forge.run()).toEqual({ kind: 'swept', missed: 2, redelivered: 2 });
    expect(forge.asked).toEqual([1, 3]);
    expect(forge.since).toEqual([at(60)]);
  });

  test('an event that a later attempt brought through is left alone', async () => {
    const forge = forgeWith([delivery(2, 'a', 5, true), delivery(1, 'a', 40, false)]);
    expect(await forge.run()).toEqual({ kind: 'swept', missed: 0, redelivered: 0 });
  });

  test('an event that failed more than once is delivered once more, not once for each failure', async () => {
    const forge = forgeWith([delivery(2, 'a', 5, false), delivery(1, 'a', 40, false)]);
    await forge.run();
    expect(forge.asked).toEqual([2]);
  });

  test('what the forge no longer has is passed over', async () => {
    const forge = forgeWith([delivery(2, 'b', 5, false), delivery(1, 'a', 40, false)], [1]);
    expect(await forge.run()).toEqual({ kind: 'swept', missed: 2, redelivered: 1 });
    expect(forge.asked).toEqual([2]);
  });

  test('without a list there is nothing to do, which is said', async () => {
    expect(await forgeWith(undefined).run()).toEqual({ kind: 'unlisted' });
  });

  test('at most fifty are delivered again in one run, each event once, and none that was received', async () => {
    const attempt = fc.record({
      guid: fc.integer({ min: 0, max: 90 }).map(String),
      minutesAgo: fc.integer({ min: 0, max: 59 }),
      received: fc.boolean(),
    });
    const property = fc.asyncProperty(fc.array(attempt, { maxLength: 200 }), async (attempts) => {
      const listed = attempts.map((each, id) => delivery(id, each.guid, each.minutesAgo, each.received));
      const forge = forgeWith(listed);
      await forge.run();
      const guids = forge.asked.map((id) => attempts[id]?.guid);
      expect(guids.length).toBeLessThanOrEqual(50);
      expect(new Set(guids).size).toBe(guids.length);
      expect(attempts.some((each) => each.received && guids.includes(each.guid))).toBe(false);
    });
    await fc.assert(property, { numRuns: 200 });
  });
});
