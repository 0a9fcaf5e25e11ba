import * as z from 'zod';
import {
  Fault,
  type Head,
  type HeadQuery,
  type Page,
  type Store,
  SUBJECT_KINDS,
  wholeNumber,
} from '../kernel/index.ts';
import type { SubjectRev } from './completeness.ts';
import { MAX_ENTRIES_PAGE } from './contract.ts';
import { rootOf } from './frontier.ts';
import type { LedgerHead } from './head.ts';
import type { LedgerTable } from './ports.ts';

const Seq = wholeNumber(0);

/** Of `GET /v1/ledger/entries`: from..to-1; `to` defaults to as many as one answer holds. */
export const EntriesQuery = z
  .strictObject({ from: Seq.default(0), to: Seq.exactOptional() })
  .refine(({ from, to }) => to === undefined || from <= to, {
    path: ['from'],
    error: 'must not be after `to`',
  });
export type EntriesQuery = z.infer<typeof EntriesQuery>;

/** Of `GET /v1/ledger/subjects`. */
export const SubjectsQuery = z.strictObject({
  limit: wholeNumber(1, 200).default(100),
  cursor: z.string().min(1).max(2_000).exactOptional(),
});
export type SubjectsQuery = z.infer<typeof SubjectsQuery>;

/** Where the ledger stands, with the Merkle root of all its entries. */
export async function getLedgerHead(deps: {
  readonly table: LedgerTable;
}): Promise<LedgerHead & { readonly root: string }> {
  const head = await deps.table.head();
  return { ...head, root: rootOf(head.frontier) };
}

/**
 * Entries as they are stored, in order from `from`, at most 256. `next` is where to go on; absent at the ledger's end.
 * An entry younger than the index is left for the next call: no answer has a gap.
 */
export async function listEntries(
  deps: { readonly table: LedgerTable },
  query: EntriesQuery,
): Promise<{ readonly items: readonly { seq: number; bytes: string }[]; readonly next?: number }> {
  const { size } = await deps.table.head();
  const end = Math.min(query.to ?? size, size);
  const items = await deps.table.entries(query.from, Math.min(end, query.from + MAX_ENTRIES_PAGE));
  const next = query.from + items.length;
  return { items, ...(next < end && { next }) };
}

/**
 * Every subject of the system of record with the rev of its head, for the check of completeness; kind after kind.
 * Throws Fault('InvalidInput') for a cursor that is not ours.
 */
export async function listLedgerSubjects(
  deps: { readonly store: Store },
  query: SubjectsQuery,
): Promise<{ readonly items: readonly SubjectRev[]; readonly cursor?: string }> {
  const { items, cursor } = await headsOfEveryKind(deps.store, query);
  return {
    items: items.map(({ kind, id, rev }) => ({ kind, id, rev })),
    ...(cursor !== undefined && { cursor }),
  };
}

type EveryKind = Pick<HeadQuery, 'limit' | 'cursor' | 'changedSince'>;

/** A page of the heads of all kinds, kind after kind. Throws Fault('InvalidInput') for a cursor that is not ours. */
export async function headsOfEveryKind(
  store: Pick<Store, 'heads'>,
  { cursor, ...query }: EveryKind,
): Promise<Page<Head>> {
  const { kind, inner } = placeOf(cursor);
  const page = await store.heads({ kind, ...query, ...(inner !== undefined && { cursor: inner }) });
  if (page.cursor !== undefined) return { items: page.items, cursor: `${kind}.${page.cursor}` };
  const following = SUBJECT_KINDS[SUBJECT_KINDS.indexOf(kind) + 1];
  return { items: page.items, ...(following !== undefined && { cursor: `${following}.` }) };
}

function placeOf(cursor: string | undefined): {
  readonly kind: (typeof SUBJECT_KINDS)[number];
  readonly inner?: string;
} {
  if (cursor === undefined) return { kind: SUBJECT_KINDS[0] };
  const [name, inner = ''] = cursor.split('.', 2);
  const kind = SUBJECT_KINDS.find((candidate) => candidate === name);
  if (kind !== undefined) return { kind, ...(inner !== '' && { inner }) };
  throw new Fault('InvalidInput', 'the cursor does not belong to this list', {
    issues: [{ path: 'cursor', message: 'take it from the answer before' }],
  });
}
