import { listLedgerSubjects } from '../../shared/ledger/index.ts';
import { route } from '../runtime/http.ts';
import { listLedgerSubjectsRoute } from '../runtime/ledger-routes.ts';
import { store } from '../runtime/store.ts';

export const handler = route(listLedgerSubjectsRoute, ({ query }) =>
  listLedgerSubjects({ store: store() }, query),
);
