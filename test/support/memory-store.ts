import { decodeCursor, encodeCursor } from '../../shared/adapters/aws/cursor.ts';
import { stepKey, subjectKey } from '../../shared/adapters/aws/keys.ts';
import type {
  Decision,
  DecisionWrite,
  Effect,
  Envelope,
  Head,
  HeadQuery,
  Page,
  Payload,
  Store,
  WriteResult,
} from '../../shared/kernel/index.ts';

/** Every run's decisions are offered to the golden file, where somebody asks for what it lacks. */
// biome-ignore lint/style/noProcessEnv: the switch of whoever runs the tests, not of the product
const golden = process.env.UPDATE_GOLDEN === '1' ? await import('./golden.ts') : undefined;

type Step = { envelope: Envelope; payload?: Payload };
type Counters = Map<string, number>;
export type MemoryStore = Store & {
  /** Every step written, in order of writing. */
  readonly written: readonly Envelope[];
  /** Removes a payload, as erasure does. */
  readonly erase: (subject: { kind: string; id: string }, rev: number) => void;
};

/** The store port in memory, for unit tests of use cases. It passes the same contract suite as DynamoDB. */
export function memoryStore(): MemoryStore {
  const steps = new Map<string, Map<number, Step>>();
  const heads = new Map<string, Head>();
  const locks = new Map<string, string>();
  const counters: Counters = new Map();
  const written: Envelope[] = [];
  const stepsOf = (subject: { kind: string; id: string }): Map<number, Step> =>
    steps.get(subjectKey(subject)) ?? new Map<number, Step>();
  return {
    written,
    erase: (subject, rev) => {
      delete stepsOf(subject).get(rev)?.payload;
    },
    write: async (write) => {
      const refused = refusal(write, heads, stepsOf(write.subject), locks, counters);
      if (refused !== undefined) return refused;
      const key = subjectKey(write.subject);
      const step = structuredClone({ envelope: write.envelope, payload: write.payload });
      steps.set(key, stepsOf(write.subject).set(write.envelope.rev, step));
      heads.set(key, structuredClone(write.head));
      for (const effect of write.effects) apply(effect, locks, counters);
      written.push(step.envelope);
      golden?.offerGolden(JSON.parse(write.payload.bytes) as Decision);
      return { kind: 'written' };
    },
    head: async (subject) => structuredClone(heads.get(subjectKey(subject))),
    heads: async (query) => pageOf([...heads.values()], query),
    decision: async (subject, rev) => structuredClone(stepsOf(subject).get(rev)),
    decisions: async (subject) =>
      [...stepsOf(subject).values()]
        .toSorted((a, b) => a.envelope.rev - b.envelope.rev)
        .map((step) => ({
          ...structuredClone(step),
          ...(step.payload !== undefined && { decision: JSON.parse(step.payload.bytes) as Decision }),
        })),
    lockHolder: async (lock) => locks.get(lock),
    count: async (counter) => counters.get(counter) ?? 0,
  };
}

function refusal(
  write: DecisionWrite,
  heads: Map<string, Head>,
  steps: Map<number, Step>,
  locks: Map<string, string>,
  counters: Counters,
): WriteResult | undefined {
  const names = write.effects.map((effect) => (effect.type === 'count' ? effect.counter : effect.lock));
  if (new Set(names).size < names.length) throw new Error('two effects on one item: DynamoDB refuses these');
  const moved = (heads.get(subjectKey(write.subject))?.rev ?? 0) !== write.expectedRev;
  if (moved || steps.has(write.envelope.rev)) return { kind: 'moved' };
  const effect = write.effects.find((candidate) => !holds(candidate, locks, counters));
  return effect === undefined ? undefined : { kind: 'effect-refused', effect };
}

function holds(effect: Effect, locks: Map<string, string>, counters: Counters): boolean {
  if (effect.type !== 'count') return (locks.get(effect.lock) ?? effect.holder) === effect.holder;
  const count = counters.get(effect.counter) ?? 0;
  if (effect.by === -1) return count > 0;
  return effect.max === undefined || count < effect.max;
}

function apply(effect: Effect, locks: Map<string, string>, counters: Counters): void {
  switch (effect.type) {
    case 'take-lock':
      locks.set(effect.lock, effect.holder);
      return;
    case 'release-lock':
      locks.delete(effect.lock);
      return;
    case 'count':
      counters.set(effect.counter, (counters.get(effect.counter) ?? 0) + effect.by);
      return;
  }
}

function pageOf(all: readonly Head[], query: HeadQuery): Page<Head> {
  const index = `${query.kind}/${query.service ?? ''}/${query.state ?? ''}`;
  const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor, index);
  const limit = query.limit ?? 50;
  const rank = (head: Head): string => `${head.createdAt}/${stepKey(head, 0).pk}`;
  const found = all
    .filter((head) => matches(head, query))
    .filter((head) => after === undefined || rank(head) < `${after.createdAt}/${after.pk}`)
    .toSorted((a, b) => (rank(a) < rank(b) ? 1 : -1));
  const items = found.slice(0, limit).map((head) => structuredClone(head));
  const last = items.at(-1);
  if (last === undefined || found.length <= limit) return { items };
  return { items, cursor: encodeCursor({ index, createdAt: last.createdAt, pk: subjectKey(last) }) };
}

function matches(head: Head, query: HeadQuery): boolean {
  return (
    head.kind === query.kind &&
    (query.service === undefined || head.service === query.service) &&
    (query.environment === undefined || head.environment === query.environment) &&
    (query.state === undefined || head.state.kind === query.state) &&
    (query.since === undefined || head.createdAt >= query.since) &&
    (query.changedSince === undefined || head.updatedAt >= query.changedSince)
  );
}
