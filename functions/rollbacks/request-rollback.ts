import { requestRollback } from '../../shared/rollbacks/index.ts';
import { actorOf } from '../runtime/caller.ts';
import { route } from '../runtime/http.ts';
import { requestRollbackRoute } from '../runtime/rollback-routes.ts';
import { rollbackDeps } from '../runtime/rollbacks.ts';

export const handler = route(requestRollbackRoute, ({ body, caller, key }) =>
  requestRollback(rollbackDeps(), { ...body, actor: actorOf(caller), key }),
);
