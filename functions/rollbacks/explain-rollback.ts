import { explainRollback } from '../../shared/rollbacks/index.ts';
import { route } from '../runtime/http.ts';
import { explainRollbackRoute } from '../runtime/rollback-routes.ts';
import { store, work } from '../runtime/store.ts';

export const handler = route(explainRollbackRoute, ({ params }) =>
  explainRollback({ store: store(), work: work() }, params.id),
);
