import { readStatement } from '../../shared/ledger/erase/index.ts';
import { route } from '../runtime/http.ts';
import { statements } from '../runtime/ledger-keeping.ts';
import { getLedgerStatementRoute } from '../runtime/ledger-keeping-routes.ts';

export const handler = route(getLedgerStatementRoute, ({ params }) =>
  readStatement({ statements: statements() }, params),
);
