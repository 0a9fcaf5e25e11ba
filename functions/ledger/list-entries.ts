import { listEntries } from '../../shared/ledger/index.ts';
import { route } from '../runtime/http.ts';
import { ledger } from '../runtime/ledger.ts';
import { listEntriesRoute } from '../runtime/ledger-routes.ts';

export const handler = route(listEntriesRoute, ({ query }) => listEntries({ table: ledger() }, query));
