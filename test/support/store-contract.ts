import { beforeAll, describe, expect, test } from 'vitest';
import {
  type DecideDeps,
  type Draft,
  decide,
  isFault,
  rule,
  type Store,
  type Subject,
} from '../../shared/kernel/index.ts';
import { fixedClock, seededRandom } from './chance.ts';
import { effects } from './store-effects-contract.ts';
import { lists } from './store-lists-contract.ts';

const CONTENDERS = 8;
const STEPS_EACH = 5;
const addOne = rule('add-one', 1, (inputs: { n: number }) => ({ n: inputs.n + 1 }));

type Plan = Partial<Draft<{ n: number }, { n: number }>> & { state?: string };

/** One more step of a subject that counts. */
export function draft(id: string, rev: number, plan: Plan = {}): Draft<{ n: number }, { n: number }> {
  const { state = 'Counted', ...rest } = plan;
  return {
    subject: { kind: 'service', id },
    expectedRev: rev,
    key: `${id}:${rev}`,
    correlationId: 'cor-1',
    actor: { type: 'system', id: 'test', via: 'workflow' },
    from: rev === 0 ? 'None' : 'Counted',
    rule: addOne,
    inputs: { n: rev },
    step: (outcome) => ({
      event: 'Counted',
      reasons: [{ code: 'counted', text: 'one more' }],
      state: { kind: state },
      data: { n: outcome.n, half: 0.5 },
    }),
    ...rest,
  };
}

/** What every implementation of the Store port keeps. `open` gives an empty store. */
export function storeContract(name: string, open: () => Promise<Store> | Store): void {
  describe(`the store contract: ${name}`, () => {
    let store: Store;
    let deps: DecideDeps;
    beforeAll(async () => {
      store = await open();
      const software = { version: 'test', configDigest: 'none' };
      deps = { store, clock: fixedClock(), random: seededRandom(7), software };
    });
    const write = (id: string, rev: number, plan?: Plan) => decide(deps, draft(id, rev, plan));
    revisions(write, () => store);
    contention(write, () => store);
    effects(write, () => store);
    lists(write, () => store);
  });
}

export type Write = (
  id: string,
  rev: number,
  plan?: Plan,
) => Promise<{ rev: number; repeated: boolean; outcome: { n: number } }>;

function revisions(write: Write, store: () => Store): void {
  const one = (id: string): Subject => ({ kind: 'service', id });

  test('a name that every object has as a member is a name like any other', async () => {
    const data = { labels: { constructor: 'x', toString: 'y' } };
    await write('named', 0, {
      step: () => ({ event: 'Counted', reasons: [], state: { kind: 'Counted' }, data }),
    });
    expect((await store().head(one('named')))?.data).toEqual(data);
  });

  test('a decision, its payload and its head are written together and read back equal', async () => {
    await write('whole', 0, { service: 'whole', environment: 'staging' });
    const head = await store().head(one('whole'));
    expect(head).toMatchObject({ rev: 1, state: { kind: 'Counted' }, data: { n: 1, half: 0.5 } });
    const step = await store().decision(one('whole'), 1);
    expect(step?.envelope).toMatchObject({ id: 'whole', rev: 1, service: 'whole', from: 'None' });
    expect(step?.payload?.key).toBe('whole:0');
    const [read] = await store().decisions(one('whole'));
    expect(read?.decision).toMatchObject({ inputs: { n: 0 }, outcome: { n: 1 }, rule: { name: 'add-one' } });
  });

  test('what was never written reads as undefined, empty and 0', async () => {
    expect(await store().head(one('nobody'))).toBeUndefined();
    expect(await store().decision(one('nobody'), 1)).toBeUndefined();
    expect(await store().decisions(one('nobody'))).toEqual([]);
    expect(await store().lockHolder('SLOT#none')).toBeUndefined();
    expect(await store().count('QUOTA#none')).toBe(0);
  });

  test('the same key again gives the stored outcome and writes nothing', async () => {
    await write('again', 0);
    const second = await write('again', 0, { inputs: { n: 41 } });
    expect(second).toMatchObject({ repeated: true, rev: 1, outcome: { n: 1 } });
    expect(await store().decisions(one('again'))).toHaveLength(1);
  });

  test('another key on a taken rev is a conflict and changes nothing', async () => {
    await write('taken', 0);
    const refused = write('taken', 0, { key: 'somebody else' });
    await expect(refused).rejects.toSatisfy((thrown) => isFault(thrown, 'Conflict'));
    expect((await store().decision(one('taken'), 1))?.payload?.key).toBe('taken:0');
  });

  test('a rev ahead of the head is a conflict, so no gap can open', async () => {
    await write('gap', 0);
    await expect(write('gap', 2)).rejects.toSatisfy((thrown) => isFault(thrown, 'Conflict'));
    await expect(write('unborn', 1)).rejects.toSatisfy((thrown) => isFault(thrown, 'Conflict'));
    expect(await store().decisions(one('unborn'))).toEqual([]);
  });

  test('steps are listed in order of rev past the tenth', async () => {
    for (let rev = 0; rev < 11; rev += 1) await write('long', rev);
    const revs = (await store().decisions(one('long'))).map((step) => step.envelope.rev);
    expect(revs).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });
}

function contention(write: Write, store: () => Store): void {
  test('eight writers on one subject leave no gap, no double and lose no step', async () => {
    const subject: Subject = { kind: 'service', id: 'busy' };
    const step = async (key: string): Promise<void> => {
      const rev = (await store().head(subject))?.rev ?? 0;
      try {
        await write('busy', rev, { key });
      } catch (thrown) {
        if (!isFault(thrown, 'Conflict')) throw thrown;
        await step(key);
      }
    };
    const writers = Array.from({ length: CONTENDERS }, async (_, writer) => {
      for (let n = 0; n < STEPS_EACH; n += 1) await step(`${writer}/${n}`);
    });
    await Promise.all(writers);
    const steps = await store().decisions(subject);
    expect(steps.map(({ envelope }) => envelope.rev)).toEqual(
      Array.from({ length: CONTENDERS * STEPS_EACH }, (_, at) => at + 1),
    );
    expect(new Set(steps.map(({ payload }) => payload?.key)).size).toBe(CONTENDERS * STEPS_EACH);
  });
}
