import { EntriesQuery, SubjectsQuery } from '../../shared/ledger/index.ts';
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

/** The routes of this family, for the OpenAPI document. */
export const ledgerRoutes: readonly Route[] = [listEntriesRoute, getLedgerHeadRoute, listLedgerSubjectsRoute];
