import { describe, expect, test } from 'vitest';
import { commitmentOf, SUBJECT_KINDS } from '../../../shared/kernel/index.ts';
import {
  checkCompleteness,
  Entry,
  listLedgerSubjects,
  sealDecisions,
  verifyLedger,
} from '../../../shared/ledger/index.ts';
import { isFullDue, reconcileLedger } from '../../../shared/ledger/reconcile/index.ts';
import { MINUTE, reconcileWorld, recordOf } from '../../support/reconcile-world.ts';

type World = ReturnType<typeof reconcileWorld>;
const entriesOf = ({ ledger }: World) => ledger.stored.map((bytes) => Entry.parse(JSON.parse(bytes)));
const run = ({ deps, clock }: World, mode: 'recent' | 'full' = 'full', seconds = 60) =>
  reconcileLedger(deps, { mode, at: new Date(clock()).toISOString(), until: clock() + seconds * 1_000 });

async function subjectsOf({ store }: World) {
  const kinds = SUBJECT_KINDS.map((kind) =>
    listLedgerSubjects({ store }, { limit: 200, cursor: `${kind}.` }),
  );
  return (await Promise.all(kinds)).flatMap(({ items }) => items);
}

async function expectComplete(world: World): Promise<void> {
  expect(verifyLedger(world.ledger.stored, await world.ledger.head())).toMatchObject({ kind: 'sound' });
  const verdict = checkCompleteness(entriesOf(world), await subjectsOf(world));
  expect(verdict).toMatchObject({ complete: true, missing: [], doubled: [], unlisted: [] });
}

describe('reconciling the ledger with the decisions table', () => {
  test('a stream lost for more than 24 hours: all is sealed from the table, in order, via reconcile', async () => {
    const world = reconcileWorld();
    for (let at = 0; at < 5; at += 1) {
      await world.step('rollback', 'rbk_1');
      await world.step('service', 'shop');
    }
    // the stream's own 24 hours pass with nobody reading: its records are gone
    world.clock.advance(30 * 60 * MINUTE);
    expect(await run(world)).toMatchObject({ missing: 10, appended: 10, unsealable: 0, finished: true });
    await expectComplete(world);
    const decisions = entriesOf(world).filter(({ kind }) => !kind.startsWith('ledger.'));
    expect(decisions.every(({ via }) => via === 'reconcile')).toBe(true);
    expect(decisions.filter(({ id }) => id === 'shop').map(({ rev }) => rev)).toEqual([1, 2, 3, 4, 5]);
    expect(world.measured.reduce((sum, [, value]) => sum + value, 0)).toBe(10);
  });

  test('the run is reported as an entry whose content fits its commitment, once however often it is delivered', async () => {
    const world = reconcileWorld();
    await world.step('service', 'shop');
    world.clock.advance(10 * MINUTE);
    await run(world);
    await run(world);
    const reports = entriesOf(world).filter(({ kind }) => kind === 'ledger.reconciled');
    expect(reports).toHaveLength(1);
    const content = world.ledger.payloads.get(`ledger.reconciled/${reports[0]?.id}`);
    const bytes = content?.bytes ?? '';
    expect(commitmentOf(Buffer.from(content?.salt ?? '', 'hex'), bytes)).toBe(reports[0]?.commitment);
    expect(JSON.parse(bytes)).toMatchObject({
      ...{ mode: 'full', missing: 1, appended: 1, unsealable: 0, finished: true },
      ...{ from: 'service/shop', to: 'service/shop', due: '2026-11-21T10:10:00.000Z' },
    });
    world.clock.advance(60 * MINUTE);
    await run(world);
    expect(entriesOf(world).filter(({ kind }) => kind === 'ledger.reconciled')).toHaveLength(2);
  });

  test('what was decided a moment ago is on its way, and not missing', async () => {
    const world = reconcileWorld();
    await world.step('rollback', 'rbk_1');
    world.clock.advance(4 * MINUTE);
    expect(await run(world)).toMatchObject({ scanned: 1, missing: 0, unsealable: 0 });
    world.clock.advance(2 * MINUTE);
    expect(await run(world)).toMatchObject({ missing: 1, appended: 1 });
  });

  test('a recent run leaves out what has not moved for 26 hours; a full one does not', async () => {
    const world = reconcileWorld();
    await world.step('rollback', 'rbk_old');
    world.clock.advance(27 * 60 * MINUTE);
    await world.step('rollback', 'rbk_new');
    world.clock.advance(10 * MINUTE);
    expect(await run(world, 'recent')).toMatchObject({ subjects: 1, missing: 1 });
    expect(await run(world, 'full')).toMatchObject({ subjects: 2, missing: 1 });
    await expectComplete(world);
  });
});

describe('what cannot simply be sealed', () => {
  test('a revision that is in no table and in no entry is counted and told by its name', async () => {
    const world = reconcileWorld();
    for (let at = 0; at < 3; at += 1) await world.step('rollback', 'rbk_1');
    world.table.set(
      'rollback/rbk_1',
      world.table.get('rollback/rbk_1')?.filter(({ rev }) => rev !== 2) ?? [],
    );
    world.clock.advance(10 * MINUTE);
    expect(await run(world)).toMatchObject({ missing: 3, appended: 2, unsealable: 1 });
    expect(world.told).toEqual([{ kind: 'rollback', id: 'rbk_1', revs: [2] }]);
    expect(world.measured).toContainEqual(['ledger_unsealable_total', 1]);
  });

  test('another commitment than the sealed one is a conflict, and a removed decision is altered, once each', async () => {
    const world = reconcileWorld();
    for (let at = 0; at < 3; at += 1) await world.step('rollback', 'rbk_1');
    await sealDecisions(world.deps, world.store.written.map(recordOf));
    const [first, second] = world.table.get('rollback/rbk_1') ?? [];
    world.table.set('rollback/rbk_1', [{ ...first }, { ...second, commitment: 'f'.repeat(64) }]);
    world.clock.advance(10 * MINUTE);
    expect(await run(world)).toMatchObject({ missing: 0, appended: 0, differing: 2 });
    world.clock.advance(60 * MINUTE);
    expect(await run(world)).toMatchObject({ differing: 0 });
    const kinds = entriesOf(world).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'ledger.conflict')).toHaveLength(1);
    expect(kinds.filter((kind) => kind === 'ledger.altered')).toHaveLength(1);
    expect(world.metrics).toEqual(expect.arrayContaining(['ledger_conflict_total', 'ledger_altered_total']));
  });

  test('what is no decision becomes the same rejected entry that the stream makes of it', async () => {
    const world = reconcileWorld();
    await world.step('rollback', 'rbk_1');
    const poison = { pk: 'ROLLBACK#rbk_1', sk: 'REV#zzz', v: 'nonsense' };
    const forged = { pk: 'ROLLBACK#rbk_1', sk: 'REV#000002', v: 'nonsense' };
    world.table.get('rollback/rbk_1')?.push(poison, forged);
    const record = { change: 'INSERT' as const, keys: { pk: poison.pk, sk: poison.sk }, newImage: poison };
    await sealDecisions(world.deps, [record]);
    world.clock.advance(10 * MINUTE);
    expect(await run(world)).toMatchObject({ missing: 2, appended: 2 });
    expect(entriesOf(world).filter(({ kind }) => kind === 'ledger.rejected')).toHaveLength(2);
    world.clock.advance(60 * MINUTE);
    expect(await run(world)).toMatchObject({ missing: 0, appended: 0 });
  });

  test('a head that claims a revision out of all proportion costs a bounded read', async () => {
    const world = reconcileWorld();
    await world.step('rollback', 'rbk_1');
    world.table.get('rollback/rbk_1')?.push({ pk: 'ROLLBACK#rbk_1', sk: 'REV#999999999', at: 'never' });
    world.clock.advance(10 * MINUTE);
    const report = await run(world);
    expect(report).toMatchObject({ scanned: 100_000, unsealable: 0 });
    expect(entriesOf(world).map(({ kind }) => kind)).toContain('ledger.rejected');
  });
});

describe('a run that cannot end in its time', () => {
  test('goes on where it stopped, and says how far it came', async () => {
    const world = reconcileWorld();
    for (let at = 0; at < 60; at += 1) {
      await world.step('rollback', `rbk_${String(at).padStart(2, '0')}`);
      world.clock.advance(1);
    }
    world.clock.advance(10 * MINUTE);
    const { deps, clock } = world;
    // each page of subjects takes a second of the two that there are
    const slow = {
      ...deps,
      store: {
        heads: async (query: Parameters<typeof deps.store.heads>[0]) => {
          clock.advance(1_000);
          return await deps.store.heads(query);
        },
      },
    };
    const asked = () => ({
      mode: 'full' as const,
      at: new Date(clock()).toISOString(),
      until: clock() + 4_000,
    });
    const first = await reconcileLedger(slow, asked());
    expect(first).toMatchObject({ finished: false, to: 'rollback/rbk_10' });
    expect(await isFullDue(deps)).toBe(true);
    const second = await reconcileLedger(slow, { ...asked(), until: clock() + 60_000 });
    expect(second).toMatchObject({ finished: true, from: 'rollback/rbk_09' });
    expect(first.missing + second.missing).toBe(60);
    expect(await isFullDue(deps)).toBe(false);
    clock.advance(24 * 60 * MINUTE);
    expect(await isFullDue(deps)).toBe(true);
    await expectComplete(world);
  });
});
