import { nameOf } from '../cli/ledger-holes.ts';
import {
  append,
  type Entry,
  emptyHead,
  erasedEntryId,
  type LedgerHead,
  type SpecialPayload,
  statement,
  type Unsealed,
} from '../shared/ledger/index.ts';
import { seededRandom } from '../test/support/chance.ts';

/** A ledger with payloads that are gone, and what it says of them. */
export type Holed = {
  readonly sealed: ReadonlyMap<string, Entry>;
  /** What is kept of the ledger's own statements, by `<kind>/<id>`. */
  readonly statements: ReadonlyMap<string, SpecialPayload>;
  readonly holes: readonly Entry[];
  /** The first payload that nothing allows to be missing. */
  readonly firstBad?: Entry;
};
type Case = { readonly name: string; readonly apply: (size: number, at: number) => Holed };

const START = Date.parse('2026-09-01T00:00:00Z');
const MINUTE = 60_000;
const DAY = 86_400_000;
const DAYS = 30;

/** Payloads that were removed, and a forged reason for it; each decision is sealed a minute after the one before. */
export const FORGED_EXPIRIES: readonly Case[] = [
  forged('no entry says so', ({ add, decide, size }) => {
    decide(0, size);
    add(erasureOf(decision(size)), afterwards(size));
  }),
  forged('an erasure that came before the decision', ({ add, decide, size, at }) => {
    decide(0, at);
    add(erasureOf(decision(at)), timeOf(at));
    decide(at, size);
  }),
  forged('an expiry that came before the decision', ({ add, decide, size, at }) => {
    decide(0, at);
    add(expiry([[0, size + 1]], afterwards(size)), timeOf(at));
    decide(at, size);
  }),
  forged('an expiry whose age the decision had not', ({ add, decide, size }) => {
    decide(0, size);
    add(expiry([[0, size]], timeOf(size) + DAY), timeOf(size) + DAY);
  }),
  forged('an expiry by a date that its own policy does not give', ({ add, decide, size }) => {
    decide(0, size);
    add(expiry([[0, size]], afterwards(size)), timeOf(size) + DAY);
  }),
  forged('an expiry that was changed after it was sealed', ({ add, decide, size, keep }) => {
    decide(0, size);
    const { payload } = add(expiry([[size, size + 1]], afterwards(size)), afterwards(size));
    const bytes = payload.bytes.replaceAll(`[${size},${size + 1}]`, `[0,${size}]`);
    keep({ ...payload, bytes });
  }),
  forged('an expiry that is withheld', ({ add, decide, size, keep }) => {
    decide(0, size);
    keep(add(expiry([[0, size]], afterwards(size)), afterwards(size)).payload, false);
  }),
  {
    name: 'forged expiry: one that names all but the one',
    apply: (size, at) => {
      const ledger = opened(size, at);
      ledger.decide(0, size);
      ledger.add(expiry(around(size, at), afterwards(size)), afterwards(size));
      return ledger.holed(Array.from({ length: size }, (_, each) => each));
    },
  },
  {
    name: 'forged expiry: one that takes younger ones along',
    apply: (size, at) => {
      const ledger = opened(size, at);
      ledger.decide(0, size);
      ledger.add(expiry([[0, size]], timeOf(at) + DAYS * DAY), afterwards(size));
      return ledger.holed(Array.from({ length: size }, (_, each) => each));
    },
  },
];

/** All payloads gone, and each allowed to: by its age, or one by its erasure. */
export function explained(size: number, at: number): Holed {
  const ledger = opened(size, at);
  ledger.decide(0, size);
  ledger.add(expiry(around(size, at), afterwards(size)), afterwards(size));
  ledger.add(erasureOf(decision(at)), afterwards(size));
  const { firstBad: _none, ...holed } = ledger.holed(Array.from({ length: size }, (_, each) => each));
  return holed;
}

type Opened = ReturnType<typeof opened>;
type Statement = ReturnType<typeof statement>;

function forged(name: string, write: (ledger: Opened) => void): Case {
  return {
    name: `forged expiry: ${name}`,
    apply: (size, at) => {
      const ledger = opened(size, at);
      write(ledger);
      return ledger.holed([at]);
    },
  };
}

function opened(size: number, at: number) {
  let head: LedgerHead = emptyHead('bench-ledger');
  const sealed = new Map<string, Entry>();
  const statements = new Map<string, SpecialPayload>();
  const seal = (unsealed: Unsealed, now: number): void => {
    const step = append(head, [unsealed], now);
    head = step.head;
    for (const { entry } of step.entries) sealed.set(nameOf(entry), entry);
  };
  const keep = (payload: SpecialPayload, there = true): void => {
    if (there) statements.set(`${payload.kind}/${payload.id}`, payload);
    else statements.delete(`${payload.kind}/${payload.id}`);
  };
  return {
    ...{ size, at, keep },
    decide: (from: number, to: number): void => {
      for (let each = from; each < to; each += 1) seal(decision(each), timeOf(each));
    },
    /** Seals a statement, and keeps what it says. */
    add: ({ unsealed, payload }: Statement, now: number): { readonly payload: SpecialPayload } => {
      if (payload === undefined) throw new Error('a statement has a content');
      seal(unsealed, now);
      keep(payload);
      return { payload };
    },
    holed: (holes: readonly number[]): Holed => {
      const entryOf = (each: number): Entry => {
        const entry = sealed.get(nameOf(decision(each)));
        if (entry === undefined) throw new Error(`decision ${each} is not sealed`);
        return entry;
      };
      return { sealed, statements, holes: holes.map(entryOf), firstBad: entryOf(at) };
    },
  };
}

function decision(at: number): Unsealed {
  return {
    ...{ kind: 'rollback', id: `rbk_${Math.floor(at / 7)}`, rev: (at % 7) + 1, via: 'stream' },
    ...{ occurredAt: new Date(timeOf(at)).toISOString(), commitment: 'c'.repeat(64) },
  };
}

function timeOf(at: number): number {
  return START + at * MINUTE;
}

/** When all decisions are older than the policy asks for. */
function afterwards(size: number): number {
  return timeOf(size) + DAYS * DAY;
}

function around(size: number, at: number): readonly (readonly [number, number])[] {
  const ranges = [[0, at] as const, [at + 1, size] as const].filter(([from, to]) => from < to);
  return ranges.length > 0 ? ranges : [[size, size + 1]];
}

/** An expiry that says it happened at `now`. */
function expiry(ranges: readonly (readonly [number, number])[], now: number): Statement {
  const [from, to] = [ranges[0]?.[0] ?? 0, ranges.at(-1)?.[1] ?? 0];
  const policy = { days: DAYS, before: new Date(now - DAYS * DAY).toISOString() };
  return made('ledger.retention', 'RETENTION', { from, to, ranges, policy });
}

function erasureOf(subject: Unsealed): Statement {
  const { unsealed, ...rest } = made('ledger.erased', 'ERASED', { subject });
  return { ...rest, unsealed: { ...unsealed, id: erasedEntryId(subject) } };
}

function made(kind: 'ledger.retention' | 'ledger.erased', sk: string, says: object): Statement {
  const source = { key: { pk: 'bench', sk }, image: 'removed' };
  return statement(kind, source, { ...says }, { now: START, random: seededRandom(3) });
}
