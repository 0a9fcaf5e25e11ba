import { beforeEach, describe, expect, test } from 'vitest';
import {
  commitmentOf,
  type DecideDeps,
  type Draft,
  decide,
  Envelope,
  Fault,
  isFault,
  rule,
} from '../../../shared/kernel/index.ts';
import { fixedClock, seededRandom } from '../../support/chance.ts';
import { type MemoryStore, memoryStore } from '../../support/memory-store.ts';

type Inputs = { n: number; note?: string };
type Outcome = { doubled: number; note?: string };
const double = rule<Inputs, Outcome>('double', 3, ({ n, note }) => ({
  doubled: 2 * n,
  ...(note !== undefined && { note }),
}));

let store: MemoryStore;
let deps: DecideDeps;
beforeEach(() => {
  store = memoryStore();
  const software = { version: '1.2.3', configDigest: 'digest' };
  deps = { store, clock: fixedClock(), random: seededRandom(4), software };
});

function draft(change: Partial<Draft<Inputs, Outcome>> = {}): Draft<Inputs, Outcome> {
  return {
    subject: { kind: 'service', id: 'web' },
    expectedRev: 0,
    key: 'first',
    correlationId: 'cor-1',
    actor: { type: 'person', id: 'ada', via: 'cli' },
    from: 'None',
    rule: double,
    inputs: { n: 2 },
    step: (outcome) => ({
      event: 'Doubled',
      reasons: [{ code: 'doubled', text: `to ${outcome.doubled}` }],
      state: { kind: 'Known' },
      data: { now: outcome.doubled },
    }),
    ...change,
  };
}

async function stored(rev = 1) {
  const step = await store.decision({ kind: 'service', id: 'web' }, rev);
  if (step?.payload === undefined) throw new Error(`no revision ${rev}`);
  return { envelope: step.envelope, payload: step.payload, decision: JSON.parse(step.payload.bytes) };
}

describe('taking a decision', () => {
  test('stores rule, inputs, outcome and reasons in the payload and none of them in the envelope', async () => {
    await decide(deps, draft({ service: 'web', causationId: 'signal/1', environment: 'staging' }));
    const { envelope, decision } = await stored();
    expect(decision).toEqual({
      ...{ v: 1, kind: 'service', id: 'web', rev: 1, at: '2026-11-21T10:00:00.000Z' },
      ...{ service: 'web', environment: 'staging', correlationId: 'cor-1', causationId: 'signal/1' },
      ...{ actor: { type: 'person', id: 'ada', via: 'cli' }, from: 'None', event: 'Doubled', to: 'Known' },
      ...{ events: [{ type: 'Doubled', data: {} }], rule: { name: 'double', version: 3 } },
      ...{ inputs: { n: 2 }, outcome: { doubled: 4 }, reasons: [{ code: 'doubled', text: 'to 4' }] },
      software: { version: '1.2.3', configDigest: 'digest' },
    });
    const { actor, inputs, outcome, reasons, rule: named, software, ...rest } = decision;
    expect(envelope).toEqual({ ...rest, commitment: envelope.commitment });
    expect(Envelope.strict().parse(envelope)).toEqual(envelope);
    expect([actor, inputs, outcome, reasons, named, software]).not.toContain(undefined);
  });

  test('commits to the stored bytes under a salt of 32 bytes that no other decision has', async () => {
    await decide(deps, draft());
    await decide(deps, draft({ expectedRev: 1, key: 'second' }));
    const [first, second] = [await stored(1), await stored(2)];
    for (const { envelope, payload } of [first, second]) {
      const salt = Buffer.from(payload.salt, 'hex');
      expect(salt).toHaveLength(32);
      expect(envelope.commitment).toBe(commitmentOf(salt, payload.bytes));
    }
    expect(first.payload.salt).not.toBe(second.payload.salt);
  });

  test('gives back head, outcome and revision, and keeps the time of birth', async () => {
    const clock = fixedClock();
    const born = await decide({ ...deps, clock }, draft());
    expect(born).toMatchObject({ rev: 1, outcome: { doubled: 4 }, repeated: false });
    clock.advance(5_000);
    const { createdAt } = born.head;
    const next = await decide({ ...deps, clock }, draft({ expectedRev: 1, key: 'k2', createdAt }));
    expect(next.head).toMatchObject({ rev: 2, createdAt: '2026-11-21T10:00:00.000Z' });
    expect(next.head.updatedAt).toBe('2026-11-21T10:00:05.000Z');
  });

  test('redacts before the rule sees its inputs and before anything is hashed', async () => {
    const inputs = { n: 1, note: 'mail ops@example.com, Bearer abcdefghijklmnop' };
    const { outcome } = await decide(deps, draft({ inputs }));
    expect(outcome.note).toBe('mail [redacted], Bearer [redacted]');
    const { payload } = await stored();
    expect(payload.bytes).not.toMatch(/example\.com|abcdefgh/);
  });
});

describe('what is refused', () => {
  const named = (name: Fault['name']) => (thrown: unknown) => isFault(thrown, name);

  test('a decision over 64 KB writes nothing', async () => {
    const inputs = { n: 1, note: 'x'.repeat(70_000) };
    await expect(decide(deps, draft({ inputs }))).rejects.toSatisfy(named('TooLarge'));
    expect(store.written).toEqual([]);
  });

  test('an id that redaction would change: its entry could not be sealed', async () => {
    const subject = { kind: 'service', id: 'ops@example.com' } as const;
    await expect(decide(deps, draft({ subject }))).rejects.toSatisfy(named('InvalidInput'));
    expect(store.written).toEqual([]);
  });

  test('a conflict says at which revision the subject was thought to be', async () => {
    await decide(deps, draft());
    await expect(decide(deps, draft({ key: 'other' }))).rejects.toThrow('no longer at revision 0');
  });

  test('a step whose payload was erased is not taken for a repeat', async () => {
    await decide(deps, draft());
    store.erase({ kind: 'service', id: 'web' }, 1);
    await expect(decide(deps, draft())).rejects.toSatisfy(named('Conflict'));
  });

  test('an answer lost after the write is found again under its key, with the first outcome', async () => {
    let lost = true;
    const flaky = {
      ...store,
      write: async (write: Parameters<typeof store.write>[0]) => {
        const result = await store.write(write);
        if (lost) {
          lost = false;
          throw new Fault('Unavailable', 'the answer was lost');
        }
        return result;
      },
    };
    await expect(decide({ ...deps, store: flaky }, draft())).rejects.toSatisfy(named('Unavailable'));
    const again = await decide({ ...deps, store: flaky }, draft({ inputs: { n: 50 } }));
    expect(again).toMatchObject({ repeated: true, outcome: { doubled: 4 }, rev: 1 });
    expect(store.written).toHaveLength(1);
  });
});
