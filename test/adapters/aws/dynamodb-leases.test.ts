import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dynamoLeases } from '../../../shared/adapters/aws/dynamodb-leases.ts';
import { isFault } from '../../../shared/kernel/index.ts';
import type { Lease } from '../../../shared/ports/leases.ts';
import { databaseMissing, startDatabase, type TestDatabase } from '../../support/dynamodb.ts';

const NOW = Date.parse('2026-11-21T10:00:00.000Z');
const MINUTE = 60_000;

describe.skipIf(databaseMissing)('a lease in the work table', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await startDatabase();
  });
  afterAll(() => database?.stop());
  const leases = () => dynamoLeases({ client: database.client, table: database.tables.work });
  const conflict = (thrown: unknown) => isFault(thrown, 'Conflict');
  const take = async (name: string, owner: string, now: number): Promise<Lease> => {
    const taken = await leases().acquire(name, owner, MINUTE, now);
    if (taken === undefined) throw new Error(`${owner} did not get ${name}`);
    return taken;
  };

  test('has one holder, who gets it again with the same fencing token', async () => {
    const first = await take('one', 'a', NOW);
    expect(await leases().acquire('one', 'b', MINUTE, NOW + 1)).toBeUndefined();
    const again = await take('one', 'a', NOW + 1000);
    expect(again.fencing).toBe(first.fencing);
    expect(again.until).toBe('2026-11-21T10:01:01.000Z');
  });

  test('goes to another when it ran out or was given back, each time with a greater token', async () => {
    const first = await take('two', 'a', NOW);
    const second = await take('two', 'b', NOW + MINUTE);
    expect(second.fencing).toBeGreaterThan(first.fencing);
    await leases().release(second);
    const third = await take('two', 'a', NOW + MINUTE + 1);
    expect(third.fencing).toBeGreaterThan(second.fencing);
    expect(await leases().holds(first, NOW + MINUTE + 1)).toBe(false);
    expect(await leases().holds(third, NOW + MINUTE + 1)).toBe(true);
  });

  test('is renewed by its holder only, while it lasts', async () => {
    const first = await take('three', 'a', NOW);
    const renewed = await leases().renew(first, MINUTE, NOW + 30_000);
    expect(renewed).toEqual({ ...first, until: '2026-11-21T10:01:30.000Z' });
    await expect(leases().renew(renewed, MINUTE, NOW + 2 * MINUTE)).rejects.toSatisfy(conflict);
    await take('three', 'b', NOW + 2 * MINUTE);
    await expect(leases().renew(renewed, MINUTE, NOW + 2 * MINUTE)).rejects.toSatisfy(conflict);
  });

  test('is not given back by one who lost it', async () => {
    const lost = await take('four', 'a', NOW);
    const held = await take('four', 'b', NOW + MINUTE);
    await leases().release(lost);
    expect(await leases().holds(held, NOW + MINUTE + 1)).toBe(true);
    expect(await leases().holds(held, NOW + 2 * MINUTE)).toBe(false);
  });

  test('goes to exactly one of many who want it at once', async () => {
    const wishes = Array.from({ length: 12 }, (_, index) =>
      leases().acquire('five', `o${index}`, MINUTE, NOW),
    );
    const taken = (await Promise.all(wishes)).filter((lease) => lease !== undefined);
    expect(taken).toHaveLength(1);
  });

  test('has a token that is greater than any before even when the item was lost', async () => {
    const before = await take('six', 'a', NOW);
    const other = await take('seven', 'a', NOW + 400 * 86_400_000);
    expect(other.fencing).toBeGreaterThan(before.fencing);
  });
});
