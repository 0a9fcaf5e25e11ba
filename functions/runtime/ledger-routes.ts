import * as z from 'zod';
import { EntriesQuery, SubjectsQuery } from '../../shared/ledger/index.ts';
import { KeyStatementParams, ProofParams } from '../../shared/ledger/serve/index.ts';
import type { Route } from './http.ts';

export const listEntriesRoute = {
  method: 'GET',
  path: '/v1/ledger/entries',
  summary: 'Entries of the ledger as they are stored, `from` to before `to`',
  role: 'viewer',
  query: EntriesQuery,
} as const satisfies Route;

export const getLedgerHeadRoute = {
  method: 'GET',
  path: '/v1/ledger/head',
  summary: 'The size, frontier and Merkle root of the ledger',
  role: 'viewer',
} as const satisfies Route;

export const listLedgerSubjectsRoute = {
  method: 'GET',
  path: '/v1/ledger/subjects',
  summary: 'Every subject with the revision of its head, for the check of completeness',
  role: 'viewer',
  query: SubjectsQuery,
} as const satisfies Route;

const NOTHING = z.object({});
const TEXT = 'text/plain; charset=utf-8';

export const getCheckpointRoute = {
  method: 'GET',
  path: '/v1/ledger/checkpoint',
  summary: 'The newest signed checkpoint (C2SP tlog-checkpoint); public',
  params: NOTHING,
  text: TEXT,
} as const satisfies Route;

export const readTileFileRoute = {
  method: 'GET',
  path: '/v1/ledger/tile/{proxy+}',
  summary: 'Tiles and bundles of entries (C2SP tlog-tiles) that the newest checkpoint covers; public',
  params: z.object({ proxy: z.string() }),
  text: 'application/octet-stream',
} as const satisfies Route;

export const getLedgerKeyRoute = {
  method: 'GET',
  path: '/v1/ledger/key',
  summary: 'The verifier keys of the ledger, a vkey on each line; public, and no reason to believe them',
  params: NOTHING,
  text: TEXT,
} as const satisfies Route;

export const readKeyStatementRoute = {
  method: 'GET',
  path: '/v1/ledger/key/{generation}',
  summary: 'The statement that names a later key of the ledger, signed by the key before it too; public',
  params: KeyStatementParams,
  text: 'application/json',
} as const satisfies Route;

export const proveEntryRoute = {
  method: 'GET',
  path: '/v1/ledger/proof/{kind}/{id}/{rev}',
  summary: 'A file that shows offline that a decision is sealed (C2SP tlog-proof)',
  role: 'viewer',
  params: ProofParams,
  text: TEXT,
} as const satisfies Route;

/** The routes of this family, for the OpenAPI document. */
export const ledgerRoutes: readonly Route[] = [
  ...[listEntriesRoute, getLedgerHeadRoute, listLedgerSubjectsRoute],
  ...[getCheckpointRoute, readTileFileRoute, getLedgerKeyRoute, readKeyStatementRoute, proveEntryRoute],
];
