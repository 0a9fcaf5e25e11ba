import { reviewRollback, subjectOf } from '../../shared/rollbacks/index.ts';
import { route } from '../runtime/http.ts';
import { reviewRollbackRoute } from '../runtime/rollback-routes.ts';
import { rollbackDeps } from '../runtime/rollbacks.ts';

export const handler = route(reviewRollbackRoute, async ({ body, caller, params }) =>
  subjectOf(
    await reviewRollback(rollbackDeps(), {
      rollbackId: params.id,
      verdict: body.verdict,
      reason: body.reason,
      person: caller.person,
      via: caller.via,
    }),
  ),
);
