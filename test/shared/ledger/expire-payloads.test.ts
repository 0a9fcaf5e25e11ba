import { describe, expect, test } from 'vitest';
import { expirePayloads, explainsHole, Retention, rangesOf } from '../../../shared/ledger/erase/index.ts';
import { Entry, verifyLedger } from '../../../shared/ledger/index.ts';
import { erasingWorld } from '../../support/erasing-world.ts';

type World = ReturnType<typeof erasingWorld>;
const DAY = 24 * 60 * 60_000;
const entriesOf = ({ ledger }: World) => ledger.stored.map((bytes) => Entry.parse(JSON.parse(bytes)));
const expire = ({ deps, clock }: World, days = 30) => expirePayloads(deps, { days, until: clock() + 60_000 });
const retentionsOf = ({ ledger }: World) =>
  [...ledger.payloads.values()]
    .filter(({ kind }) => kind === 'ledger.retention')
    .map(({ bytes }) => Retention.parse(JSON.parse(bytes)));
const rollback = (id: string) => ({ kind: 'rollback', id }) as const;

describe('expiring payloads', () => {
  test('what was sealed long enough ago and has ended goes, after an entry that names it', async () => {
    const world = erasingWorld();
    await world.subject(rollback('rbk_1'), 3);
    world.clock.advance(20 * DAY);
    await world.subject(rollback('rbk_2'), 2);
    world.clock.advance(11 * DAY);
    expect(await expire(world)).toEqual({ expired: 3, waiting: 0, next: 3 });
    expect(world.removed).toEqual(['rollback/rbk_1/1', 'rollback/rbk_1/2', 'rollback/rbk_1/3']);
    expect(retentionsOf(world)).toMatchObject([
      { from: 0, to: 3, ranges: [[0, 3]], policy: { days: 30, before: '2026-11-22T10:00:00.000Z' } },
    ]);
    expect(verifyLedger(world.ledger.stored, await world.ledger.head())).toMatchObject({ kind: 'sound' });
    expect(world.measured).toContainEqual(['ledger_expired_payloads_total', 3]);
  });

  test('no payload goes before the entry stands in the ledger', async () => {
    const world = erasingWorld();
    await world.subject(rollback('rbk_1'), 3);
    world.clock.advance(31 * DAY);
    const remove: typeof world.payloads.remove = async (steps) => {
      expect(retentionsOf(world)).toHaveLength(1);
      await world.payloads.remove(steps);
    };
    const deps = { ...world.deps, payloads: { ...world.payloads, remove } };
    await expirePayloads(deps, { days: 30, until: world.clock() + 60_000 });
    expect(world.removed).toHaveLength(3);
  });

  test('0 days keep everything', async () => {
    const world = erasingWorld();
    await world.subject(rollback('rbk_1'), 3);
    world.clock.advance(4_000 * DAY);
    expect(await expire(world, 0)).toMatchObject({ expired: 0 });
    expect(world.removed).toEqual([]);
    expect(entriesOf(world)).toHaveLength(3);
  });

  test('an open subject waits for its end and goes in the first run after it; what never ends is kept', async () => {
    const world = erasingWorld();
    await world.subject({ kind: 'service', id: 'shop' }, 2, 'On');
    await world.subject(rollback('rbk_open'), 2, 'AwaitingMerge');
    await world.subject(rollback('rbk_done'), 1);
    world.clock.advance(31 * DAY);
    expect(await expire(world)).toEqual({ expired: 1, waiting: 2, next: 5 });
    expect(retentionsOf(world)).toMatchObject([{ ranges: [[4, 5]] }]);
    await world.step('rollback', 'rbk_open', 'Aborted');
    await world.seal();
    expect(await expire(world)).toMatchObject({ expired: 2, waiting: 0 });
    expect(retentionsOf(world)[1]).toMatchObject({ from: 2, to: 4, ranges: [[2, 4]] });
    expect(world.removed.filter((name) => name.startsWith('service'))).toEqual([]);
  });

  test("the ledger's own contents are never removed, however old", async () => {
    const world = erasingWorld();
    await world.subject(rollback('rbk_1'), 1);
    world.clock.advance(31 * DAY);
    await expire(world);
    world.clock.advance(400 * DAY);
    expect(await expire(world)).toMatchObject({ expired: 0, next: 2 });
    expect(world.removed).toEqual(['rollback/rbk_1/1']);
  });
});

describe('an expiry that is cut off', () => {
  test('between the entry and the removal: the next run names what is left, and removes it', async () => {
    const world = erasingWorld();
    await world.subject(rollback('rbk_1'), 3);
    world.clock.advance(31 * DAY);
    const remove: typeof world.payloads.remove = async (steps) => {
      await world.payloads.remove(steps.slice(0, 1));
      throw new Error('killed');
    };
    const killed = { ...world.deps, payloads: { ...world.payloads, remove } };
    await expect(expirePayloads(killed, { days: 30, until: world.clock() + 1 })).rejects.toThrow('killed');
    world.clock.advance(DAY);
    expect(await expire(world)).toMatchObject({ expired: 2 });
    expect(retentionsOf(world).map(({ ranges }) => ranges)).toEqual([[[0, 3]], [[1, 3]]]);
    expect(world.removed).toHaveLength(3);
  });

  test('by its time: it goes on where it stopped', async () => {
    const world = erasingWorld();
    for (let at = 0; at < 6; at += 1) await world.subject(rollback(`rbk_${at}`), 100);
    world.clock.advance(31 * DAY);
    const keep: typeof world.places.keep = async (...given) => {
      world.clock.advance(1_000);
      await world.places.keep(...given);
    };
    const slow = { ...world.deps, places: { ...world.places, keep } };
    expect(await expirePayloads(slow, { days: 30, until: world.clock() + 1 })).toMatchObject({ next: 256 });
    expect(await expire(world)).toMatchObject({ expired: 344, next: 600 });
    expect(new Set(world.removed).size).toBe(600);
  });

  test('a run that too much waiting keeps from going on is not counted, so that the alarm rings', async () => {
    const world = erasingWorld();
    await world.subject(rollback('rbk_1'), 3);
    world.clock.advance(31 * DAY);
    const waitingFor = (many: number) => Array.from({ length: many }, (_, at) => 1_000 + at);
    await world.places.keep('expire-payloads', { next: 0, waiting: waitingFor(2_000) }, world.clock());
    expect(await expire(world)).toEqual({ expired: 0, waiting: 2_000, next: 0 });
    expect(world.metrics).not.toContain('ledger_retention_runs_total');
    await world.places.keep('expire-payloads', { next: 0, waiting: waitingFor(1_999) }, world.clock());
    expect(await expire(world)).toEqual({ expired: 3, waiting: 1_999, next: 3 });
    expect(world.metrics).toContain('ledger_retention_runs_total');
  });

  test('a place that was lost costs a sweep from the start, and names nothing twice', async () => {
    const world = erasingWorld();
    await world.subject(rollback('rbk_1'), 3);
    world.clock.advance(31 * DAY);
    await expire(world);
    world.places.kept.clear();
    expect(await expire(world)).toMatchObject({ expired: 0 });
    expect(retentionsOf(world)).toHaveLength(1);
  });
});

describe('whether a retention entry explains a hole', () => {
  const retention = Retention.parse({
    ...{
      from: 2,
      to: 9,
      ranges: [
        [2, 4],
        [8, 9],
      ],
    },
    policy: { days: 30, before: '2026-10-01T00:00:00.000Z' },
  });
  const own = { seq: 20, sealedAt: '2026-10-31T00:00:00.000Z' };
  const hole = (seq: number, sealedAt = '2026-09-01T00:00:00.000Z') => ({ seq, sealedAt });

  test('only what it names, between its ranges nothing', () => {
    const named = [0, 1, 2, 3, 4, 7, 8, 9].filter((seq) => explainsHole(retention, own, hole(seq)));
    expect(named).toEqual([2, 3, 8]);
  });

  test.each([
    ['the entry is younger than the cut-off', own, hole(2, '2026-10-01T00:00:00.000Z')],
    [
      'the cut-off is not as old as the policy says',
      { ...own, sealedAt: '2026-10-30T00:00:00.000Z' },
      hole(2),
    ],
    ['it stands before the entry', { ...own, seq: 1 }, hole(2)],
  ])('not where %s', (_, at, missing) => {
    expect(explainsHole(retention, at, missing)).toBe(false);
  });

  test('numbers become ranges', () => {
    expect(rangesOf([0, 1, 2, 5, 7, 8])).toEqual([
      [0, 3],
      [5, 6],
      [7, 9],
    ]);
    expect(rangesOf([])).toEqual([]);
  });
});
