import { describe, expect, test } from 'vitest';
import { Fault } from '../../../shared/kernel/index.ts';
import {
  type DecisionRecord,
  Entry,
  type LedgerTable,
  sealDecisions,
  verifyLedger,
} from '../../../shared/ledger/index.ts';
import { decisionRecord } from '../../support/decision-records.ts';
import { type MemoryLedger, memoryLedger, sealDeps } from '../../support/memory-ledger.ts';

const kindsOf = (ledger: MemoryLedger): string[] =>
  ledger.stored.map((bytes) => Entry.parse(JSON.parse(bytes)).kind);

async function expectSound(ledger: MemoryLedger): Promise<void> {
  expect(verifyLedger(ledger.stored, await ledger.head())).toMatchObject({ kind: 'sound' });
}

describe('sealing decisions', () => {
  test('records become entries in their order', async () => {
    const ledger = memoryLedger();
    const records = [decisionRecord('a', 1), decisionRecord('b', 1), decisionRecord('a', 2)];
    expect(await sealDecisions(sealDeps(ledger), records)).toEqual({ sealed: 3, duplicates: 0 });
    const sealed = ledger.stored.map((bytes) => Entry.parse(JSON.parse(bytes)));
    expect(sealed.map(({ id, rev, seq }) => `${id}${rev}@${seq}`)).toEqual(['a1@0', 'b1@1', 'a2@2']);
    await expectSound(ledger);
  });

  test('a batch larger than a transaction is sealed whole', async () => {
    const ledger = memoryLedger();
    const records = Array.from({ length: 500 }, (_, rev) => decisionRecord('a', rev + 1));
    expect(await sealDecisions(sealDeps(ledger), records)).toEqual({ sealed: 500, duplicates: 0 });
    await expectSound(ledger);
  });

  test('a record delivered again, in the same batch too, is dropped', async () => {
    const ledger = memoryLedger();
    const records = [decisionRecord('a', 1), decisionRecord('a', 2)];
    await sealDecisions(sealDeps(ledger), records);
    const again = await sealDecisions(sealDeps(ledger, 2), [...records, decisionRecord('a', 3), ...records]);
    expect(again).toEqual({ sealed: 1, duplicates: 4 });
    expect(ledger.stored).toHaveLength(3);
  });
});

describe('sealing what is no sound new decision', () => {
  test('poison is sealed as rejected in its place, once, with its content salted, and counted', async () => {
    const ledger = memoryLedger();
    const deps = sealDeps(ledger);
    const poison: DecisionRecord = {
      change: 'INSERT',
      keys: { pk: 'x' },
      newImage: { pk: 'x', v: 'nonsense' },
    };
    const records = [decisionRecord('a', 1), poison, decisionRecord('a', 2)];
    await sealDecisions(deps, records);
    await sealDecisions(sealDeps(ledger, 9), records);
    expect(kindsOf(ledger)).toEqual(['rollback', 'ledger.rejected', 'rollback']);
    expect([...ledger.payloads.values()].map(({ bytes }) => JSON.parse(bytes).reason)).toEqual([
      expect.stringContaining('it is no decision'),
    ]);
    expect(deps.metrics).toEqual(['ledger_rejected_total']);
    await expectSound(ledger);
  });

  test('another commitment under a sealed revision is sealed as a conflict and changes nothing', async () => {
    const ledger = memoryLedger();
    const forged = decisionRecord('a', 1, 'another decision');
    await sealDecisions(sealDeps(ledger), [decisionRecord('a', 1), forged]);
    await sealDecisions(sealDeps(ledger, 2), [forged]);
    expect(kindsOf(ledger)).toEqual(['rollback', 'ledger.conflict']);
    await expectSound(ledger);
  });

  test('a changed and a removed decision are sealed as altered', async () => {
    const ledger = memoryLedger();
    const { keys, newImage } = decisionRecord('a', 1);
    const removed: DecisionRecord = { change: 'REMOVE', keys, oldImage: newImage };
    const changed: DecisionRecord = {
      change: 'MODIFY',
      keys,
      oldImage: newImage,
      newImage: { ...newImage, to: 'X' },
    };
    await sealDecisions(sealDeps(ledger), [changed, removed]);
    expect(kindsOf(ledger)).toEqual(['ledger.altered', 'ledger.altered']);
  });
});

describe('sealing where something is in the way', () => {
  test('99 poison records need two items each and still fit their transactions', async () => {
    const ledger = memoryLedger();
    const poison = Array.from(
      { length: 99 },
      (_, n): DecisionRecord => ({ change: 'INSERT', keys: { pk: `${n}` }, newImage: {} }),
    );
    expect(await sealDecisions(sealDeps(ledger), poison)).toMatchObject({ sealed: 99 });
  });

  test('a table that does not answer fails from the first record that is not sealed', async () => {
    const ledger = memoryLedger();
    let calls = 0;
    const down: LedgerTable = {
      ...ledger,
      append: async (append) => {
        calls += 1;
        if (calls > 1) throw new Fault('Unavailable', 'no answer');
        return await ledger.append(append);
      },
    };
    const records = Array.from({ length: 150 }, (_, rev) => decisionRecord('a', rev + 1));
    const result = await sealDecisions(sealDeps(down), records);
    expect(result).toMatchObject({ sealed: 99, duplicates: 0 });
    expect(result.failed?.record).toBe(records[99]);
    expect(await sealDecisions(sealDeps(ledger), records)).toEqual({ sealed: 51, duplicates: 99 });
  });

  test('a head that moves under every attempt ends as a failure, not as an endless loop', async () => {
    const ledger = memoryLedger();
    for (const kind of ['moved', 'sealed-before'] as const) {
      const busy: LedgerTable = { ...ledger, append: async () => ({ kind }) };
      const result = await sealDecisions(sealDeps(busy), [decisionRecord('a', 1)]);
      expect(result.failed?.cause).toMatchObject({ name: 'Unavailable' });
    }
  });
});
