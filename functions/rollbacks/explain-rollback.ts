import { explainRollback } from '../../shared/rollbacks/index.ts';
import { route } from '../runtime/http.ts';
import { explainRollbackRoute } from '../runtime/rollback-routes.ts';
import { store } from '../runtime/store.ts';

export const handler = route(explainRollbackRoute, ({ params }) => explainRollback(store(), params.id));
