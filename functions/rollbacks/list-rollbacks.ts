import { listRollbacks } from '../../shared/rollbacks/index.ts';

import { route } from '../runtime/http.ts';
import { listRollbacksRoute } from '../runtime/rollback-routes.ts';
import { store } from '../runtime/store.ts';

export const handler = route(listRollbacksRoute, ({ query }) => listRollbacks(store(), query));
