import { describe, expect, test } from 'vitest';
import { isFault } from '../../../shared/kernel/index.ts';
import {
  type DecisionRecord,
  getLedgerHead,
  listEntries,
  listLedgerSubjects,
  MAX_ENTRIES_PAGE,
  rootOf,
  SubjectsQuery,
  sealDecisions,
} from '../../../shared/ledger/index.ts';
import { decisionRecord } from '../../support/decision-records.ts';
import { memoryLedger, sealDeps } from '../../support/memory-ledger.ts';
import { memoryStore } from '../../support/memory-store.ts';

describe('reading the ledger', () => {
  const filled = async (size: number) => {
    const table = memoryLedger();
    const records: DecisionRecord[] = Array.from({ length: size }, (_, rev) => decisionRecord('a', rev + 1));
    await sealDecisions(sealDeps(table), records);
    return table;
  };

  test('the head is served with its root', async () => {
    const table = await filled(5);
    const head = await getLedgerHead({ table });
    expect(head).toMatchObject({ ledgerId: 'test-ledger', size: 5, root: rootOf(head.frontier) });
  });

  test('pages of entries lead from one to the next until the end', async () => {
    const table = await filled(MAX_ENTRIES_PAGE + 10);
    const first = await listEntries({ table }, { from: 0 });
    expect(first.items).toHaveLength(MAX_ENTRIES_PAGE);
    expect(first.next).toBe(MAX_ENTRIES_PAGE);
    const second = await listEntries({ table }, { from: first.next ?? 0 });
    expect(second.items).toHaveLength(10);
    expect(second.next).toBeUndefined();
    expect(second.items[0]).toMatchObject({ seq: MAX_ENTRIES_PAGE });
    expect(await listEntries({ table }, { from: 3, to: 5 })).toMatchObject({
      items: [{ seq: 3 }, { seq: 4 }],
    });
    expect(await listEntries({ table }, { from: 9_999 })).toEqual({ items: [] });
  });

  test('an index that lags leaves the rest for the next call', async () => {
    const table = await filled(9);
    const lagging = { ...table, entries: (from: number, to: number) => table.entries(from, Math.min(to, 4)) };
    expect(await listEntries({ table: lagging }, { from: 0 })).toMatchObject({ next: 4 });
  });
});

describe('listing subjects for the check of completeness', () => {
  test('subjects of every kind are listed once with the rev of their heads', async () => {
    const store = memoryStore();
    for (const [kind, id] of [
      ['rollback', 'rbk_1'],
      ['rollback', 'rbk_2'],
      ['service', 'web'],
    ] as const) {
      const at = '2026-11-21T10:00:00.000Z';
      const head = {
        kind,
        id,
        rev: 1,
        correlationId: 'c',
        state: { kind: 'S' },
        createdAt: at,
        updatedAt: at,
      };
      const envelope = {
        kind,
        id,
        rev: 1,
        at,
        correlationId: 'c',
        from: '',
        event: 'E',
        to: 'S',
        events: [],
      };
      await store.write({
        ...{ subject: { kind, id }, expectedRev: 0, effects: [] },
        envelope: { v: 1, ...envelope, commitment: '' },
        payload: { bytes: '{}', salt: '', key: id },
        head: { v: 1, ...head, data: {} },
      });
    }
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listLedgerSubjects({ store }, { limit: 1, ...(cursor !== undefined && { cursor }) });
      found.push(...page.items.map(({ kind, id, rev }) => `${kind}/${id}/${rev}`));
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(found.toSorted()).toEqual(['rollback/rbk_1/1', 'rollback/rbk_2/1', 'service/web/1']);
    const stranger = listLedgerSubjects({ store }, SubjectsQuery.parse({ cursor: 'spaceship.x' }));
    await expect(stranger).rejects.toSatisfy((thrown) => isFault(thrown, 'InvalidInput'));
  });
});
