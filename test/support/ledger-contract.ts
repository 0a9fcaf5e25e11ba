import { setTimeout as after } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  append,
  type LedgerTable,
  sealDecisions,
  type Unsealed,
  verifyLedger,
} from '../../shared/ledger/index.ts';
import { decisionRecord } from './decision-records.ts';
import { sealDeps } from './memory-ledger.ts';

const WRITERS = 8;
const EACH = 30;
const NOW = Date.parse('2026-11-21T10:00:00Z');

function unsealed(id: string, rev = 1): Unsealed {
  const occurredAt = '2026-11-21T10:00:00.000Z';
  return { kind: 'service', id, rev, occurredAt, via: 'stream', commitment: 'c'.repeat(64) };
}

/** What every implementation of the LedgerTable port keeps. `open` gives an empty chain with an id of its own. */
export function ledgerContract(name: string, open: () => LedgerTable): void {
  describe(`the ledger table contract: ${name}`, () => {
    let table: LedgerTable;
    const add = async (...records: Unsealed[]) => {
      const after = await table.head();
      return await table.append({ after, ...append(after, records, NOW), payloads: [] });
    };
    beforeEach(() => {
      table = open();
    });

    test('an empty chain has size 0; entries appended are read back in order', async () => {
      expect(await table.head()).toMatchObject({ size: 0, frontier: [], prev: '0'.repeat(64) });
      expect(await table.entries(0, 10)).toEqual([]);
      const id = crypto.randomUUID();
      expect(await add(unsealed(id), unsealed(id, 2))).toEqual({ kind: 'appended' });
      expect(await add(unsealed(id, 3))).toEqual({ kind: 'appended' });
      const entries = await table.entries(0, 9);
      expect(entries.map(({ seq }) => seq)).toEqual([0, 1, 2]);
      expect(
        verifyLedger(
          entries.map(({ bytes }) => bytes),
          await table.head(),
        ),
      ).toMatchObject({ size: 3 });
      expect((await table.entries(1, 2)).map(({ seq }) => seq)).toEqual([1]);
      expect(await table.find(unsealed(id, 3))).toEqual(entries[2]);
      expect(await table.find(unsealed(id, 4))).toBeUndefined();
    });

    test('an append after a head that has moved writes nothing', async () => {
      const id = crypto.randomUUID();
      const stale = await table.head();
      await add(unsealed(id));
      const late = { after: stale, ...append(stale, [unsealed(id, 2)], NOW), payloads: [] };
      expect(await table.append(late)).toEqual({ kind: 'moved' });
      expect(await table.commitments([unsealed(id), unsealed(id, 2)])).toEqual(['c'.repeat(64), undefined]);
    });

    test('an entry is sealed once, and a batch that holds it is refused whole', async () => {
      const id = crypto.randomUUID();
      await add(unsealed(id));
      expect(await add(unsealed(id, 2), unsealed(id))).toEqual({ kind: 'sealed-before' });
      expect((await table.head()).size).toBe(1);
    });

    sealers(() => table);
  });
}

function sealers(table: () => LedgerTable): void {
  test('eight sealers of the same and of other records leave no gap and no double over page borders', async () => {
    const own = Array.from({ length: WRITERS }, (_, writer) =>
      Array.from({ length: EACH }, (_, at) => decisionRecord(crypto.randomUUID(), 1, `${writer}/${at}`)),
    );
    const shared = Array.from({ length: EACH }, (_, at) =>
      decisionRecord(crypto.randomUUID(), 1, `all/${at}`),
    );
    const pause = (attempt: number): Promise<void> => after(Math.random() * 5 * attempt);
    const results = await Promise.all(
      own.map((records, seed) =>
        sealDecisions({ ...sealDeps(table(), seed + 1), pause }, [...records, ...shared]),
      ),
    );
    expect(results.flatMap(({ failed }) => failed ?? [])).toEqual([]);
    const head = await table().head();
    expect(head.size).toBe(WRITERS * EACH + EACH);
    const entries = await table().entries(0, head.size);
    expect(
      verifyLedger(
        entries.map(({ bytes }) => bytes),
        head,
      ),
    ).toMatchObject({ kind: 'sound' });
  });
}
