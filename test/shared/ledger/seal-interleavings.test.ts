import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fault } from '../../../shared/kernel/index.ts';
import {
  checkCompleteness,
  type DecisionRecord,
  Entry,
  type LedgerTable,
  type SealDeps,
  sealDecisions,
  verifyLedger,
} from '../../../shared/ledger/index.ts';
import { decisionRecord } from '../../support/decision-records.ts';
import { type MemoryLedger, memoryLedger, sealDeps } from '../../support/memory-ledger.ts';

type Trouble = 'none' | 'throw-before' | 'throw-after' | 'yield';

/** Fails before, fails after having committed, or lets others pass first, as a run of chances says. */
function troubled(ledger: MemoryLedger, troubles: readonly Trouble[]): LedgerTable {
  let call = 0;
  return {
    ...ledger,
    append: async (append) => {
      const trouble = troubles[call % Math.max(1, troubles.length)] ?? 'none';
      call += 1;
      if (trouble === 'throw-before') throw new Fault('Unavailable', 'not sent');
      if (trouble === 'yield') await new Promise((resolve) => setImmediate(resolve));
      const result = await ledger.append(append);
      if (trouble === 'throw-after') throw new Fault('Unavailable', 'committed, but the answer was lost');
      return result;
    },
  };
}

const MOST_TROUBLES = 7;

/** Delivers a shard as Lambda does: in order, from the lowest failed record again. */
async function deliver(deps: SealDeps, shard: readonly DecisionRecord[], batchSize: number): Promise<void> {
  // a batch of one may meet every trouble of its list before it gets through
  const most = 200 + shard.length * MOST_TROUBLES;
  for (let from = 0, tries = 0; from < shard.length && tries < most; tries += 1) {
    const batch = shard.slice(from, from + batchSize);
    const { failed } = await sealDecisions(deps, batch);
    from += failed === undefined ? batch.length : batch.indexOf(failed.record);
  }
}

const trouble = fc.constantFrom<Trouble>('none', 'none', 'throw-before', 'throw-after', 'yield');
const shardPlan = fc.record({
  revs: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 }),
  batchSize: fc.integer({ min: 1, max: 60 }),
  troubles: fc.array(trouble, { maxLength: MOST_TROUBLES - 1 }).map((list) => [...list, 'none' as const]),
  sealers: fc.integer({ min: 1, max: 3 }),
  poison: fc.boolean(),
});

test('however batches, repeats, failures and sealers mix: no gap, no double, each subject in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(shardPlan, { minLength: 1, maxLength: 4 }), async (shards) => {
      const ledger = memoryLedger();
      const work = shards.flatMap(({ revs, batchSize, troubles, sealers, poison }, shard) => {
        const records: DecisionRecord[] = revs.flatMap((count, subject) =>
          Array.from({ length: count }, (_, rev) => decisionRecord(`${shard}-${subject}`, rev + 1)),
        );
        if (poison) records.splice(1, 0, { change: 'INSERT', keys: { pk: `bad-${shard}` }, newImage: {} });
        return Array.from({ length: sealers }, (_, sealer) => {
          const deps = sealDeps(troubled(ledger, troubles), shard * 10 + sealer + 1);
          return deliver(
            { ...deps, pause: () => new Promise((resolve) => setImmediate(resolve)) },
            records,
            batchSize,
          );
        });
      });
      await Promise.all(work);
      expect(verifyLedger(ledger.stored, await ledger.head())).toMatchObject({ kind: 'sound' });
      const subjects = shards.flatMap(({ revs }, shard) =>
        revs.map((rev, subject) => ({ kind: 'rollback', id: `${shard}-${subject}`, rev })),
      );
      const entries = ledger.stored.map((bytes) => Entry.parse(JSON.parse(bytes)));
      expect(checkCompleteness(entries, subjects)).toMatchObject({ complete: true, unlisted: [] });
      const poisoned = shards.filter(({ poison }) => poison).length;
      const decisions = subjects.reduce((sum, { rev }) => sum + rev, 0);
      expect(entries).toHaveLength(decisions + poisoned);
      const last = new Map<string, number>();
      for (const { kind, id, rev } of entries) {
        expect(rev).toBe((last.get(`${kind}/${id}`) ?? 0) + 1);
        last.set(`${kind}/${id}`, rev);
      }
    }),
    { numRuns: 60 },
  );
});
