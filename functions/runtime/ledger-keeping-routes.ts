import { ErasureRequest, StatementParams } from '../../shared/ledger/erase/index.ts';
import { RotationRequest } from '../../shared/ledger/rotate/index.ts';
import type { Route } from './http.ts';

export const eraseSubjectRoute = {
  method: 'POST',
  path: '/v1/ledger/erasures',
  summary: 'Removes the payloads of an ended subject, after an entry for each says so',
  role: 'admin',
  body: ErasureRequest,
} as const satisfies Route;

export const rotateLedgerKeyRoute = {
  method: 'POST',
  path: '/v1/ledger/keys',
  summary:
    "Puts the ledger's next key in force, by a statement that both keys sign; asked twice it is done once",
  role: 'admin',
  body: RotationRequest,
} as const satisfies Route;

export const getLedgerStatementRoute = {
  method: 'GET',
  path: '/v1/ledger/statements/{kind}/{id}',
  summary: "What an entry of the ledger's own says, with its salt",
  role: 'viewer',
  params: StatementParams,
} as const satisfies Route;

/** The routes of this family, for the OpenAPI document. */
export const ledgerKeepingRoutes: readonly Route[] = [
  eraseSubjectRoute,
  rotateLedgerKeyRoute,
  getLedgerStatementRoute,
];
