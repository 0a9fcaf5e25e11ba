import { getLedgerHead } from '../../shared/ledger/index.ts';
import { route } from '../runtime/http.ts';
import { ledger } from '../runtime/ledger.ts';
import { getLedgerHeadRoute } from '../runtime/ledger-routes.ts';

export const handler = route(getLedgerHeadRoute, () => getLedgerHead({ table: ledger() }));
