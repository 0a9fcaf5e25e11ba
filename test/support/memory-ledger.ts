import {
  type Append,
  type AppendResult,
  type EntryKey,
  emptyHead,
  type LedgerHead,
  type LedgerTable,
  type SealDeps,
  type SpecialPayload,
} from '../../shared/ledger/index.ts';
import { fixedClock, seededRandom } from './chance.ts';

export type MemoryLedger = LedgerTable & {
  readonly stored: readonly string[];
  readonly payloads: ReadonlyMap<string, SpecialPayload>;
};

/** One chain in memory, for unit tests; it passes the same contract suite as DynamoDB. */
export function memoryLedger(ledgerId = 'test-ledger'): MemoryLedger {
  const stored: string[] = [];
  const places = new Map<string, string>();
  const seqs = new Map<string, number>();
  const payloads = new Map<string, SpecialPayload>();
  let head: LedgerHead = emptyHead(ledgerId);
  const write = ({ entries, head: next, payloads: contents }: Append): void => {
    for (const { entry, bytes } of entries) {
      places.set(keyOf(entry), entry.commitment);
      seqs.set(keyOf(entry), stored.length);
      stored.push(bytes);
    }
    for (const content of contents) payloads.set(`${content.kind}/${content.id}`, content);
    head = next;
  };
  return {
    stored,
    payloads,
    head: async () => head,
    append: async (append): Promise<AppendResult> => {
      if (append.entries.some(({ entry }) => places.has(keyOf(entry)))) return { kind: 'sealed-before' };
      if (append.after.size !== head.size || append.after.prev !== head.prev) return { kind: 'moved' };
      if (append.entries.length + append.payloads.length > 99) throw new Error('over 100 items');
      write(append);
      return { kind: 'appended' };
    },
    commitments: async (keys) => keys.map((key) => places.get(keyOf(key))),
    find: async (key) => {
      const seq = seqs.get(keyOf(key));
      return seq === undefined ? undefined : { seq, bytes: stored[seq] ?? '' };
    },
    entries: async (from, to) => stored.slice(from, to).map((bytes, at) => ({ seq: from + at, bytes })),
  };
}

/** What sealing needs, over the given chain; `metrics` collects what was counted. Pauses are one turn of the loop. */
export function sealDeps(table: LedgerTable, seed = 1): SealDeps & { readonly metrics: string[] } {
  const metrics: string[] = [];
  const meter = { count: (metric: string) => void metrics.push(metric), measure: () => undefined };
  const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return { table, clock: fixedClock(), random: seededRandom(seed), meter, pause, metrics };
}

function keyOf({ kind, id, rev }: EntryKey): string {
  return `${kind}/${id}/${rev}`;
}
