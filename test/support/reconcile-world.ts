import { decide, type Envelope, type Head, rule, type SubjectKind } from '../../shared/kernel/index.ts';
import type { DecisionRecord } from '../../shared/ledger/index.ts';
import type { RawDecision, ReconcileDeps } from '../../shared/ledger/reconcile/index.ts';
import { fixedClock, seededRandom } from './chance.ts';
import { memoryLedger, sealDeps } from './memory-ledger.ts';
import { memoryPlaces } from './memory-places.ts';
import { memoryStore } from './memory-store.ts';

const echo = rule('echo', 1, (inputs: unknown) => inputs);
export const MINUTE = 60_000;

/** A record of the decisions stream as the given envelope's write makes it. */
export function recordOf(envelope: Envelope): DecisionRecord & { readonly newImage: RawDecision } {
  const sk = `REV#${String(envelope.rev).padStart(6, '0')}`;
  const keys = { pk: `${envelope.kind.toUpperCase()}#${envelope.id}`, sk };
  return { change: 'INSERT', keys, newImage: { ...envelope, ...keys } };
}

/** A system of record whose stream nobody reads, and a ledger beside it. `table` can be changed by hand. */
export function reconcileWorld(seed = 1) {
  const store = memoryStore();
  const ledger = memoryLedger();
  const clock = fixedClock();
  const places = memoryPlaces();
  const table = new Map<string, RawDecision[]>();
  const told: Readonly<Record<string, unknown>>[] = [];
  const seal = { ...sealDeps(ledger, seed), clock };
  const measured: [string, number][] = [];
  const meter = {
    ...seal.meter,
    measure: (name: string, value: number) => void measured.push([name, value]),
  };
  const deps: ReconcileDeps = {
    ...{ ...seal, meter, store, places },
    decisions: { ofSubject: async ({ kind, id }) => table.get(`${kind}/${id}`) ?? [] },
    tellUnsealable: (subject) => void told.push(subject),
  };
  const random = seededRandom(seed + 100);
  /** One more decision of a subject; it ends where `to` says. */
  const step = async (kind: SubjectKind, id: string, to = 'On', inputs: unknown = 'x'): Promise<Head> => {
    const before = await store.head({ kind, id });
    const { head } = await decide(
      { store, clock, random, software: { version: 't', configDigest: 't' } },
      {
        subject: { kind, id },
        expectedRev: before?.rev ?? 0,
        ...{ key: `${before?.rev ?? 0}`, correlationId: 'c', from: before?.state.kind ?? 'None' },
        ...(before !== undefined && { createdAt: before.createdAt }),
        actor: { type: 'person', id: 'ada', via: 'api' },
        ...{ rule: echo, inputs },
        step: () => ({ event: 'Stepped', reasons: [], state: { kind: to }, data: {} }),
      },
    );
    const written = store.written.at(-1);
    if (written !== undefined)
      table.set(`${kind}/${id}`, [...(table.get(`${kind}/${id}`) ?? []), recordOf(written).newImage]);
    return head;
  };
  return { store, ledger, clock, places, table, told, measured, metrics: seal.metrics, deps, step };
}
