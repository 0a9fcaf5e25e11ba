import { resetAbortedRollback, subjectOf } from '../../shared/rollbacks/index.ts';
import { route } from '../runtime/http.ts';
import { resetRollbackRoute } from '../runtime/rollback-routes.ts';
import { rollbackDeps } from '../runtime/rollbacks.ts';

export const handler = route(resetRollbackRoute, async ({ body, caller, params }) =>
  subjectOf(
    await resetAbortedRollback(rollbackDeps(), {
      rollbackId: params.id,
      person: caller.person,
      reason: body.reason,
      via: caller.via,
    }),
  ),
);
