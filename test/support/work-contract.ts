import { beforeAll, describe, expect, test } from 'vitest';
import type { StoredReading, Work } from '../../shared/ports/index.ts';

function reading(minute: number, health: string): StoredReading {
  const slot = `2026-11-21T10:0${minute}:00.000Z`;
  const observedAt = `2026-11-21T10:0${minute}:07.000Z`;
  return { service: 'web', environment: 'staging', slot, health, sync: 'Synced', desired: 3, observedAt };
}

/** What every implementation of the Work port keeps. `open` gives an empty one. */
export function workContract(name: string, open: () => Promise<Work> | Work): void {
  describe(`the work contract: ${name}`, () => {
    let work: Work;
    beforeAll(async () => {
      work = await open();
    });

    waitContract(() => work);

    test('an interval takes one reading; readings come oldest first from the asked time on', async () => {
      expect(await work.lastReading('web', 'staging')).toBeUndefined();
      expect(await work.putReading(reading(2, 'Degraded'))).toBe(true);
      expect(await work.putReading(reading(1, 'Healthy'))).toBe(true);
      expect(await work.putReading(reading(3, 'Degraded'))).toBe(true);
      expect(await work.putReading(reading(3, 'Healthy'))).toBe(false);
      const found = await work.readings('web', 'staging', '2026-11-21T10:02:07.000Z');
      expect(found).toEqual([reading(2, 'Degraded'), reading(3, 'Degraded')]);
      expect(await work.lastReading('web', 'staging')).toEqual(reading(3, 'Degraded'));
      expect(await work.readings('web', 'production', '2026-11-21T10:00:00.000Z')).toEqual([]);
    });

    test('amounts add up by place and series, and a mark that is known adds nothing', async () => {
      expect(await work.tallies()).toEqual([]);
      const staging = { service: 'web', environment: 'staging', amounts: { 'a_total|by|x': 1, b_sum: 0.25 } };
      const production = { service: 'web', environment: 'production', amounts: { 'a_total|by|x': 5 } };
      expect(await work.addOnce('measured/one', staging, 1_763_720_000_000)).toBe(true);
      expect(await work.addOnce('measured/one', staging, 1_763_720_000_000)).toBe(false);
      expect(await work.isTold('measured/one')).toBe(true);
      expect(await work.addOnce('measured/two', staging, 1_763_720_000_000)).toBe(true);
      expect(await work.addOnce('measured/three', production, 1_763_720_000_000)).toBe(true);
      await work.markTold('measured/four', 1_763_720_000_000);
      expect(await work.addOnce('measured/four', production, 1_763_720_000_000)).toBe(false);
      const found = await work.tallies();
      expect(found).toHaveLength(2);
      expect(found).toContainEqual({ ...staging, amounts: { 'a_total|by|x': 2, b_sum: 0.5 } });
      expect(found).toContainEqual(production);
    });

    test('a message that somebody was about to send is told apart from one that was sent', async () => {
      const [begun, later] = [Date.parse('2026-11-21T10:00:00.000Z'), Date.parse('2026-11-21T10:05:00.000Z')];
      expect(await work.beginTelling('event/1', begun)).toBeUndefined();
      expect(await work.isTold('event/1')).toBe(false);
      expect(await work.beginTelling('event/1', later)).toEqual({ since: '2026-11-21T10:00:00.000Z' });
      await work.markTold('event/1', later);
      expect(await work.beginTelling('event/1', later)).toBe('told');
      expect(await work.isTold('event/1')).toBe(true);
    });

    test('of the looks at an attempt the last is kept', async () => {
      const results = [{ id: 'I6', result: 'wait', value: 'checks are pending' }];
      const first = { at: '2026-11-21T10:00:00.000Z', mode: 'auto', verdict: 'wait', results };
      expect(await work.evaluation('rbk_1')).toBeUndefined();
      await work.putEvaluation('rbk_1', first);
      expect(await work.evaluation('rbk_1')).toEqual(first);
      const second = { ...first, at: '2026-11-21T10:00:10.000Z', verdict: 'merge', results: [] };
      await work.putEvaluation('rbk_1', second);
      expect(await work.evaluation('rbk_1')).toEqual(second);
      expect(await work.evaluation('rbk_2')).toBeUndefined();
    });

    test('the same mark in two hands at once is counted by one of them', async () => {
      const tally = { service: 'cart', environment: 'staging', amounts: { c_total: 1 } };
      const added = await Promise.all(
        Array.from({ length: 4 }, () => work.addOnce('measured/raced', tally, 1_763_720_000_000)),
      );
      expect(added.filter(Boolean)).toHaveLength(1);
      expect(await work.tallies()).toContainEqual(tally);
    });
  });
}

function waitContract(port: () => Work): void {
  test('a wait is found under its subject and state until it is deleted, and deleting twice is success', async () => {
    const wait = { token: 'tok', state: 'AwaitingCi', deadline: '2026-11-21T11:00:00.000Z' };
    await port().putWait('rbk_1', wait);
    expect(await port().wait('rbk_1', 'AwaitingCi')).toEqual(wait);
    expect(await port().wait('rbk_1', 'AwaitingMerge')).toBeUndefined();
    await port().putWait('rbk_1', { ...wait, token: 'newer' });
    expect((await port().wait('rbk_1', 'AwaitingCi'))?.token).toBe('newer');
    await port().deleteWait('rbk_1', 'AwaitingCi');
    await port().deleteWait('rbk_1', 'AwaitingCi');
    expect(await port().wait('rbk_1', 'AwaitingCi')).toBeUndefined();
  });

  test('the wait of a later try stays where an earlier one comes late; one that does not say which it is replaces it', async () => {
    const wait = { state: 'RollingOut', deadline: '2026-11-21T11:00:00.000Z' };
    const tried = (token: string, visit: string) =>
      port().putWait('dep_1', { ...wait, token, visit: `2026-11-21T10:00:${visit}` });
    expect(await tried('second', '00.000Z/01')).toBe(true);
    expect(await tried('first, late', '00.000Z/00')).toBe(false);
    expect((await port().wait('dep_1', 'RollingOut'))?.token).toBe('second');
    expect(await tried('second, again', '00.000Z/01')).toBe(true);
    expect(await tried('tenth', '00.000Z/10')).toBe(true);
    expect(await tried('another visit', '07.000Z/00')).toBe(true);
    expect(await port().putWait('dep_1', { ...wait, token: 'of the last release' })).toBe(true);
    expect((await port().wait('dep_1', 'RollingOut'))?.token).toBe('of the last release');
    await port().deleteWait('dep_1', 'RollingOut');
  });
}
