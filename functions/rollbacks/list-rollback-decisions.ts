import { listRollbackDecisions } from '../../shared/rollbacks/index.ts';
import { route } from '../runtime/http.ts';
import { listRollbackDecisionsRoute } from '../runtime/rollback-routes.ts';
import { store } from '../runtime/store.ts';

export const handler = route(listRollbackDecisionsRoute, ({ params }) =>
  listRollbackDecisions(store(), params.id),
);
