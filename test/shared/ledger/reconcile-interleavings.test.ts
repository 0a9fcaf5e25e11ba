import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fault } from '../../../shared/kernel/index.ts';
import {
  checkCompleteness,
  Entry,
  type LedgerTable,
  sealDecisions,
  verifyLedger,
} from '../../../shared/ledger/index.ts';
import { reconcileLedger } from '../../../shared/ledger/reconcile/index.ts';
import { MINUTE, reconcileWorld, recordOf } from '../../support/reconcile-world.ts';

const trouble = fc.constantFrom('none', 'none', 'before', 'after', 'yield');
const plan = fc.record({
  /** Decisions of each subject. */
  revs: fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 }),
  /** Which decisions the stream brings, and whether a second reader brings them while the sweep runs. */
  brought: fc.array(fc.boolean(), { minLength: 1, maxLength: 60 }),
  meanwhile: fc.boolean(),
  troubles: fc.array(trouble, { maxLength: 6 }),
});

/** Fails before or after the append, or lets others pass first. */
function troubled(table: LedgerTable, troubles: readonly string[]): LedgerTable {
  let call = 0;
  const append: LedgerTable['append'] = async (given) => {
    const now = troubles[call] ?? 'none';
    call += 1;
    if (now === 'before') throw new Fault('Unavailable', 'not sent');
    if (now === 'yield') await new Promise((resolve) => setImmediate(resolve));
    const result = await table.append(given);
    if (now === 'after') throw new Fault('Unavailable', 'committed, but the answer was lost');
    return result;
  };
  return { ...table, append };
}

/** As Lambda calls a function that fails: again, under the same event. */
async function untilDone(run: () => Promise<unknown>): Promise<void> {
  for (let attempt = 0; attempt < 10; attempt += 1) {
    try {
      await run();
      return;
    } catch (thrown) {
      if (!(thrown instanceof Fault)) throw thrown;
    }
  }
  throw new Error('it never got through');
}

/** What came by one way stands in the order in which it was decided. */
function expectInOrder(entries: readonly Entry[]): void {
  for (const via of ['stream', 'reconcile']) {
    const own = entries.filter((entry) => entry.via === via).map(({ rev }) => rev);
    expect(own).toEqual(own.toSorted((a, b) => a - b));
  }
}

test('whatever subset the stream lost: after a run all is sealed once, and the lost ones in their order', async () => {
  await fc.assert(
    fc.asyncProperty(plan, async ({ revs, brought, meanwhile, troubles }) => {
      const world = reconcileWorld();
      const ids = revs.flatMap((count, subject) => Array.from({ length: count }, () => `rbk_${subject}`));
      for (const id of ids) await world.step('rollback', id);
      const records = world.store.written.map(recordOf);
      const delivered = records.filter((_, at) => brought[at % brought.length] === true);
      if (!meanwhile) await sealDecisions(world.deps, delivered);
      world.clock.advance(10 * MINUTE);
      const table = troubled(world.ledger, troubles);
      const asked = { mode: 'full', at: 't', until: world.clock() + MINUTE } as const;
      await Promise.all([
        untilDone(() => reconcileLedger({ ...world.deps, table }, asked)),
        ...(meanwhile ? [sealDecisions(world.deps, delivered)] : []),
      ]);
      const entries = world.ledger.stored.map((bytes) => Entry.parse(JSON.parse(bytes)));
      expect(verifyLedger(world.ledger.stored, await world.ledger.head())).toMatchObject({ kind: 'sound' });
      const heads = revs.map((rev, subject) => ({ kind: 'rollback', id: `rbk_${subject}`, rev }));
      expect(checkCompleteness(entries, heads)).toMatchObject({ complete: true, doubled: [], unlisted: [] });
      expect(entries).toHaveLength(records.length + 1);
      for (const { id } of heads) expectInOrder(entries.filter((entry) => entry.id === id));
    }),
    { numRuns: 100 },
  );
});
