import { controlRolloutBy, rolloutView } from '../../shared/rollouts/index.ts';
import { requireRole } from '../runtime/caller.ts';
import { route } from '../runtime/http.ts';
import { controlRolloutRoute } from '../runtime/rollout-routes.ts';
import { rolloutDeps } from '../runtime/rollouts.ts';

export const handler = route(controlRolloutRoute, async ({ body, caller, params }) => {
  if (params.verb === 'promote') requireRole(caller, 'approver');
  const { id: rolloutId, verb } = params;
  const { person, via } = caller;
  return rolloutView(
    await controlRolloutBy(rolloutDeps(), { rolloutId, verb, reason: body.reason, person, via }),
  );
});
