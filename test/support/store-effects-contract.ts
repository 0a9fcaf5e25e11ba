import { expect, test } from 'vitest';
import { type Effect, Fault, type Store } from '../../shared/kernel/index.ts';
import type { Write } from './store-contract.ts';

/** Locks and counters, which stand and fall with the decision they came with. */
export function effects(write: Write, store: () => Store): void {
  const take = (lock: string, holder: string): Effect => ({ type: 'take-lock', lock, holder });
  const release = (lock: string, holder: string): Effect => ({ type: 'release-lock', lock, holder });
  const conflict = (thrown: unknown): boolean => thrown instanceof Fault && thrown.name === 'Conflict';

  test('a lock has one holder, who may take it again and alone may release it', async () => {
    const lock = 'SLOT#web#staging';
    await write('lock-a', 0, { effects: [take(lock, 'a')] });
    await write('lock-a', 1, { effects: [take(lock, 'a')] });
    await expect(write('lock-b', 0, { effects: [take(lock, 'b')] })).rejects.toSatisfy(conflict);
    await expect(write('lock-b', 0, { effects: [release(lock, 'b')] })).rejects.toSatisfy(conflict);
    expect(await store().lockHolder(lock)).toBe('a');
    await write('lock-a', 2, { effects: [release(lock, 'a')] });
    expect(await store().lockHolder(lock)).toBeUndefined();
    await write('lock-a', 3, { effects: [release(lock, 'a')] });
  });

  test('a refused effect writes no decision and names the effect', async () => {
    await write('holder', 0, { effects: [take('SLOT#x#y', 'holder')] });
    const refused = write('late', 0, { effects: [take('SLOT#p#q', 'late'), take('SLOT#x#y', 'late')] });
    await expect(refused).rejects.toThrow('SLOT#x#y');
    expect(await store().decision({ kind: 'service', id: 'late' }, 1)).toBeUndefined();
    expect(await store().lockHolder('SLOT#p#q')).toBeUndefined();
  });

  test('a step repeated under its key succeeds although its effect would be refused now', async () => {
    const counted: Effect = { type: 'count', counter: 'QUOTA#once', by: 1, max: 1 };
    await write('quota-key', 0, { effects: [counted] });
    expect(await write('quota-key', 0, { effects: [counted] })).toMatchObject({ repeated: true });
    expect(await store().count('QUOTA#once')).toBe(1);
  });

  test('subjects that are born at once share a counter: as many as it allows, and none of the others', async () => {
    const counter = 'QUOTA#at-once';
    const up: Effect = { type: 'count', counter, by: 1, max: 3 };
    const births = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) => write(`at-once-${index}`, 0, { effects: [up] })),
    );
    expect(births.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    for (const birth of births) if (birth.status === 'rejected') expect(birth.reason).toSatisfy(conflict);
    expect(await store().count(counter)).toBe(3);
    const heads = await Promise.all(
      births.map((_, index) => store().head({ kind: 'service', id: `at-once-${index}` })),
    );
    expect(heads.map((head) => head !== undefined)).toEqual(
      births.map(({ status }) => status === 'fulfilled'),
    );
  });

  test('a counter stops at its limit and never falls below 0', async () => {
    const counter = 'QUOTA#day';
    const up: Effect = { type: 'count', counter, by: 1, max: 2, expiresAt: 1_900_000_000 };
    const down: Effect = { type: 'count', counter, by: -1 };
    await expect(write('count', 0, { effects: [down] })).rejects.toSatisfy(conflict);
    await write('count', 0, { effects: [up] });
    await write('count', 1, { effects: [up] });
    await expect(write('count', 2, { effects: [up] })).rejects.toThrow('room in the quota QUOTA#day');
    await write('count', 2, { effects: [down] });
    expect(await store().count(counter)).toBe(1);
    const none: Effect = { type: 'count', counter: 'QUOTA#none-allowed', by: 1, max: 0 };
    await expect(write('count', 3, { effects: [none] })).rejects.toSatisfy(conflict);
    const unbounded: Effect = { type: 'count', counter: 'QUOTA#free', by: 1 };
    await write('count', 3, { effects: [unbounded] });
    expect(await store().count('QUOTA#free')).toBe(1);
  });
}
