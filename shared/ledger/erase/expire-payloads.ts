import * as z from 'zod';
import { canonicalJson, isoTime, type Store, sha256Hex } from '../../kernel/index.ts';
import { MAX_ENTRIES_PAGE, RETENTION_METRICS } from '../contract.ts';
import type { Entry } from '../entry.ts';
import { readEntry } from '../read-entry.ts';
import type { Places } from '../reconcile/ports.ts';
import { type SealDeps, sealCandidates } from '../seal-candidates.ts';
import { statement } from '../statement.ts';
import { hasEnded, isEndingKind } from './has-ended.ts';
import type { Payloads } from './ports.ts';
import { cutOff, rangesOf } from './retention.ts';

export type ExpireDeps = SealDeps & {
  readonly store: Pick<Store, 'head'>;
  readonly payloads: Payloads;
  readonly places: Places;
};

export type Expiry = {
  readonly expired: number;
  /** Old enough, but their subject has not ended. */
  readonly waiting: number;
  /** The first entry that was not looked at. */
  readonly next: number;
};

const SWEEP = 'expire-payloads';
// Subjects end within weeks: so many old decisions of open ones would mean that something does not end.
const MAX_WAITING = 2_000;

const Place = z.object({ next: z.int().min(0), waiting: z.array(z.int().min(0)) });
type Place = { readonly next: number; readonly waiting: readonly number[] };
type Page = { readonly due: readonly Entry[]; readonly waiting: readonly number[] };

/**
 * Removes the payloads of decisions that were sealed more than `days` ago and whose subject has ended. Before they go, a
 * `ledger.retention` entry names them. What waits for its subject's end is looked at again in the next run; what is the
 * ledger's own, or of a subject that never ends, is kept. 0 days keep all. Ends at `until` (ms) at the latest, and goes on
 * there next time; a run that is cut off between entry and removal is finished by the next, under an entry of its own.
 * Throws Fault: Unavailable, PermissionDenied.
 */
export async function expirePayloads(
  deps: ExpireDeps,
  { days, until }: { readonly days: number; readonly until: number },
): Promise<Expiry> {
  const stored = Place.safeParse(await deps.places.read(SWEEP)).data;
  let place: Place = stored ?? { next: 0, waiting: [] };
  let expired = 0;
  if (days > 0) {
    const before = isoTime(cutOff(days, deps.clock()));
    const policy = { days, before };
    const again = await sort(deps, await entriesAt(deps, place.waiting));
    expired += await expire(deps, again.due, policy);
    const over = new Set(again.due.map(({ seq }) => seq));
    place = { ...place, waiting: place.waiting.filter((seq) => !over.has(seq)) };
    while (deps.clock() < until && place.waiting.length < MAX_WAITING) {
      const page = await oldEntries(deps, place.next, before);
      if (page.length === 0) break;
      const sorted = await sort(deps, page);
      expired += await expire(deps, sorted.due, policy);
      place = { next: place.next + page.length, waiting: [...place.waiting, ...sorted.waiting] };
      await deps.places.keep(SWEEP, place, deps.clock());
    }
    await deps.places.keep(SWEEP, place, deps.clock());
  }
  // a run that too much waiting keeps from going on is no run: Ledger/Retention/Missed rings
  if (place.waiting.length < MAX_WAITING) deps.meter.count(RETENTION_METRICS.runs);
  return { expired, waiting: place.waiting.length, next: place.next };
}

/** The next page of entries that are old enough; they are in the order of their sealing. */
async function oldEntries(deps: ExpireDeps, from: number, before: string): Promise<readonly Entry[]> {
  const entries = await pageAt(deps, from);
  const young = entries.findIndex(({ sealedAt }) => sealedAt >= before);
  return young === -1 ? entries : entries.slice(0, young);
}

async function entriesAt(deps: ExpireDeps, seqs: readonly number[]): Promise<readonly Entry[]> {
  const found: Entry[] = [];
  for (const start of new Set(seqs.map((seq) => seq - (seq % MAX_ENTRIES_PAGE)))) {
    const wanted = new Set(seqs);
    found.push(...(await pageAt(deps, start)).filter(({ seq }) => wanted.has(seq)));
  }
  return found;
}

async function pageAt({ table }: ExpireDeps, from: number): Promise<readonly Entry[]> {
  const stored = await table.entries(from, from + MAX_ENTRIES_PAGE);
  const entries: Entry[] = [];
  for (const { bytes } of stored) {
    const found = readEntry(bytes);
    // an entry that cannot be read is for the verifier to report: nothing after it is touched
    if (typeof found === 'string') break;
    entries.push(found.entry);
  }
  return entries;
}

async function sort(deps: ExpireDeps, entries: readonly Entry[]): Promise<Page> {
  const candidates = entries.filter(({ kind }) => isEndingKind(kind));
  const names = [...new Map(candidates.map((entry) => [`${entry.kind}/${entry.id}`, entry])).entries()];
  const ended = new Map(
    await Promise.all(names.map(async ([name, entry]) => [name, await isOver(deps, entry)] as const)),
  );
  const over = (entry: Entry): boolean => ended.get(`${entry.kind}/${entry.id}`) === true;
  return {
    due: candidates.filter(over),
    waiting: candidates.filter((entry) => !over(entry)).map(({ seq }) => seq),
  };
}

async function isOver({ store }: ExpireDeps, { kind, id }: Entry): Promise<boolean> {
  if (!isEndingKind(kind)) return false;
  const head = await store.head({ kind, id });
  return head !== undefined && hasEnded(kind, head.state);
}

/** One entry names them, then they go. What is gone already is not named: an expiry explains nothing that was lost before. */
async function expire(
  deps: ExpireDeps,
  due: readonly Entry[],
  policy: { readonly days: number; readonly before: string },
): Promise<number> {
  const present = await deps.payloads.present(due);
  const open = due.filter((_, at) => present[at] === true);
  const [first, last] = [open[0], open.at(-1)];
  if (first === undefined || last === undefined) return 0;
  const ranges = rangesOf(open.map(({ seq }) => seq));
  const content = { from: first.seq, to: last.seq + 1, ranges, policy };
  const source = {
    key: { pk: `LEDGER#${first.ledgerId}`, sk: `${content.from}-${content.to}` },
    image: sha256Hex(canonicalJson(content)),
  };
  const made = { now: deps.clock(), random: deps.random };
  const candidate = statement('ledger.retention', source, content, made);
  const { failed } = await sealCandidates(deps, [{ record: content, candidate }]);
  if (failed !== undefined) throw failed.cause;
  await deps.payloads.remove(open);
  deps.meter.measure(RETENTION_METRICS.expired, open.length);
  return open.length;
}
