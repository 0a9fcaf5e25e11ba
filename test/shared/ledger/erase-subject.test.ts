import { describe, expect, test } from 'vitest';
import type { Actor } from '../../../shared/kernel/index.ts';
import { type EraseDeps, eraseSubject } from '../../../shared/ledger/erase/index.ts';
import { Entry, erasedEntryId, verifyLedger } from '../../../shared/ledger/index.ts';
import { erasingWorld } from '../../support/erasing-world.ts';

const ADMIN: Actor = { type: 'person', id: 'dana', via: 'cli' };
const RBK = { kind: 'rollback', id: 'rbk_1' } as const;
const ask = (world: ReturnType<typeof erasingWorld>, reason = 'a person asked', actor = ADMIN) =>
  eraseSubject(world.deps, { ...RBK, reason }, actor);
const erasuresIn = ({ ledger }: ReturnType<typeof erasingWorld>) =>
  ledger.stored.map((bytes) => Entry.parse(JSON.parse(bytes))).filter(({ kind }) => kind === 'ledger.erased');

describe('erasing a subject', () => {
  test('each decision gets its entry, then its payload goes; the envelopes stay', async () => {
    const world = erasingWorld();
    await world.subject(RBK, 3);
    expect(await ask(world)).toEqual({ ...RBK, decisions: 3, erased: 3, gone: 0 });
    expect(erasuresIn(world).map(({ id }) => id)).toEqual(
      [1, 2, 3].map((rev) => erasedEntryId({ ...RBK, rev })),
    );
    const steps = await world.store.decisions(RBK);
    expect(steps.map(({ payload }) => payload)).toEqual([undefined, undefined, undefined]);
    expect(steps.map(({ envelope }) => envelope.rev)).toEqual([1, 2, 3]);
    expect(verifyLedger(world.ledger.stored, await world.ledger.head())).toMatchObject({ kind: 'sound' });
  });

  test('no payload goes before its entry stands in the ledger', async () => {
    const world = erasingWorld();
    await world.subject(RBK, 120);
    const remove: typeof world.payloads.remove = async (steps) => {
      const sealed = new Set(erasuresIn(world).map(({ id }) => id));
      for (const step of steps) expect(sealed).toContain(erasedEntryId(step));
      await world.payloads.remove(steps);
    };
    const deps = { ...world.deps, payloads: { ...world.payloads, remove } };
    expect(await eraseSubject(deps, { ...RBK, reason: 'r' }, ADMIN)).toMatchObject({ erased: 120 });
    expect(world.removed).toHaveLength(120);
  });
});

describe('an erasure that is cut off', () => {
  // two appends and two removals: a transaction holds 49 entries with their contents
  test.each(
    [1, 2, 3, 4].flatMap((call) => [
      [call, 'before'],
      [call, 'after'],
    ]),
  )('at call %i, %s it: asked again all is gone, and each decision has one entry', async (cut, when) => {
    const world = erasingWorld();
    await world.subject(RBK, 60);
    let calls = 0;
    const cutting =
      <Given, Done>(act: (given: Given) => Promise<Done>) =>
      async (given: Given): Promise<Done> => {
        calls += 1;
        if (calls === cut && when === 'before') throw new Error('killed');
        const done = await act(given);
        if (calls === cut) throw new Error('killed');
        return done;
      };
    const { table, payloads } = world.deps;
    const deps: EraseDeps = {
      ...world.deps,
      table: { ...table, append: cutting(table.append) },
      payloads: { ...payloads, remove: cutting(payloads.remove) },
    };
    await expect(eraseSubject(deps, { ...RBK, reason: 'r' }, ADMIN)).rejects.toThrow('killed');
    await ask(world);
    expect(await ask(world)).toEqual({ ...RBK, decisions: 60, erased: 0, gone: 60 });
    expect(erasuresIn(world)).toHaveLength(60);
    expect(new Set(erasuresIn(world).map(({ id }) => id)).size).toBe(60);
  });
});

describe('what an erasure leaves behind', () => {
  test('what the entry says: the decision, the ground without secrets, and who asked by a pseudonym', async () => {
    const world = erasingWorld();
    await world.subject(RBK, 1);
    await ask(world, `asked by mail of ada@example.org, token ghp${'_'}${'a'.repeat(36)}`);
    const content = [...world.ledger.payloads.values()].map(({ bytes }) => JSON.parse(bytes))[0];
    expect(content).toMatchObject({
      subject: { ...RBK, rev: 1 },
      reason: 'asked by mail of [redacted], token [redacted]',
      by: expect.stringMatching(/^person:[0-9a-f]{32}$/),
      key: { pk: 'ROLLBACK#rbk_1', sk: 'REV#000001' },
      image: 'removed',
    });
    expect(JSON.stringify(content)).not.toContain('dana');
  });

  test('the same person has the same pseudonym, another person another', async () => {
    const world = erasingWorld();
    await world.subject(RBK, 1);
    await world.subject({ kind: 'deployment', id: 'dep_1' }, 1);
    await world.subject({ kind: 'deployment', id: 'dep_2' }, 1);
    await ask(world);
    await eraseSubject(world.deps, { kind: 'deployment', id: 'dep_1', reason: 'r' }, ADMIN);
    await eraseSubject(world.deps, { kind: 'deployment', id: 'dep_2', reason: 'r' }, { ...ADMIN, id: 'eve' });
    const by = [...world.ledger.payloads.values()].map(({ bytes }) => JSON.parse(bytes).by);
    expect(by[0]).toBe(by[1]);
    expect(by[2]).not.toBe(by[1]);
  });
});

describe('what is not erased', () => {
  test('a subject that has not ended is refused, with its state', async () => {
    const world = erasingWorld();
    await world.subject(RBK, 2, 'AwaitingMerge');
    await expect(ask(world)).rejects.toMatchObject({
      name: 'Conflict',
      message: 'rollback rbk_1 is AwaitingMerge: its decisions are needed until it has ended',
      issues: [{ path: 'id' }],
    });
    expect(world.removed).toEqual([]);
    expect(erasuresIn(world)).toEqual([]);
  });

  test('a subject that never ends is refused, and one that is not there is not found', async () => {
    const world = erasingWorld();
    await world.subject({ kind: 'service', id: 'shop' }, 1, 'Aborted');
    const service = { kind: 'service', id: 'shop', reason: 'r' } as const;
    await expect(eraseSubject(world.deps, service, ADMIN)).rejects.toMatchObject({
      name: 'Conflict',
      issues: [{ path: 'kind' }],
    });
    await expect(ask(world)).rejects.toMatchObject({ name: 'NotFound' });
  });

  test('a decision that is not sealed yet keeps its payload, and all others of its subject too', async () => {
    const world = erasingWorld();
    await world.subject(RBK, 2);
    await world.step('rollback', RBK.id, 'Aborted');
    await expect(ask(world)).rejects.toMatchObject({ name: 'Conflict', retryAfterSeconds: 10 });
    expect(world.removed).toEqual([]);
  });

  test('a payload that was lost before gets no entry: the erasure explains nothing for it', async () => {
    const world = erasingWorld();
    await world.subject(RBK, 3);
    world.store.erase(RBK, 2);
    expect(await ask(world)).toMatchObject({ erased: 2, gone: 1 });
    expect(erasuresIn(world).map(({ id }) => id)).not.toContain(erasedEntryId({ ...RBK, rev: 2 }));
  });
});
