import { getRollback } from '../../shared/rollbacks/index.ts';
import { route } from '../runtime/http.ts';
import { getRollbackRoute } from '../runtime/rollback-routes.ts';
import { store } from '../runtime/store.ts';

export const handler = route(getRollbackRoute, ({ params }) => getRollback(store(), params.id));
