import { beforeAll, expect, test } from 'vitest';
import { isFault, type Store, type Subject } from '../../shared/kernel/index.ts';
import type { Write } from './store-contract.ts';

/** Pages of heads. */
export function lists(write: Write, store: () => Store): void {
  const born = async (n: number): Promise<void> => {
    const subject: Subject = { kind: 'rollback', id: `rbk_${n}` };
    const createdAt = `2026-11-21T10:00:0${Math.floor(n / 2)}.000Z`; // two of each second
    const environment = n % 2 === 0 ? 'staging' : 'production';
    const state = n < 6 ? 'Confirming' : 'RollbackComplete';
    await write(`rbk_${n}`, 0, { subject, createdAt, service: n < 8 ? 'web' : 'api', environment, state });
  };
  const ids = async (query: object): Promise<string[]> => {
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await store().heads({ kind: 'rollback', limit: 3, ...query, ...(cursor && { cursor }) });
      expect(page.items.length).toBeLessThanOrEqual(3);
      found.push(...page.items.map((head) => head.id));
      cursor = page.cursor;
    } while (cursor !== undefined);
    return found;
  };
  beforeAll(async () => {
    for (let n = 0; n < 10; n += 1) await born(n);
  });

  test('pages of heads run newest first, each head once, also where creation times are equal', async () => {
    const found = await ids({});
    expect(found.toSorted()).toEqual(Array.from({ length: 10 }, (_, n) => `rbk_${n}`));
    const seconds = found.map((id) => Math.floor(Number(id.slice(4)) / 2));
    expect(seconds).toEqual(seconds.toSorted((a, b) => b - a));
  });

  test('heads are narrowed by service, environment, state and time, together too', async () => {
    expect((await ids({ service: 'api' })).toSorted()).toEqual(['rbk_8', 'rbk_9']);
    expect(await ids({ environment: 'staging', service: 'web' })).toEqual([
      'rbk_6',
      'rbk_4',
      'rbk_2',
      'rbk_0',
    ]);
    expect((await ids({ state: 'RollbackComplete' })).toSorted()).toEqual([
      'rbk_6',
      'rbk_7',
      'rbk_8',
      'rbk_9',
    ]);
    expect((await ids({ state: 'RollbackComplete', service: 'web' })).toSorted()).toEqual(['rbk_6', 'rbk_7']);
    expect((await ids({ since: '2026-11-21T10:00:04.000Z' })).toSorted()).toEqual(['rbk_8', 'rbk_9']);
    expect(await ids({ service: 'unknown' })).toEqual([]);
  });

  test('a cursor of another list and a text that is no cursor are refused as input', async () => {
    const { cursor } = await store().heads({ kind: 'rollback', limit: 1 });
    const invalid = (thrown: unknown): boolean => isFault(thrown, 'InvalidInput');
    const stranger = store().heads({ kind: 'rollback', service: 'web', cursor: cursor ?? '' });
    await expect(stranger).rejects.toSatisfy(invalid);
    await expect(store().heads({ kind: 'rollback', cursor: 'nonsense' })).rejects.toSatisfy(invalid);
  });
}
