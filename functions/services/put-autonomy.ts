import { autonomyView, requestAutonomy } from '../../shared/services/index.ts';
import { actorOf } from '../runtime/caller.ts';
import { accepted, route } from '../runtime/http.ts';
import { putAutonomyRoute } from '../runtime/service-routes.ts';
import { decideDeps } from '../runtime/store.ts';

export const handler = route(putAutonomyRoute, async ({ body, caller, correlationId, key }) => {
  const asked = { actor: actorOf(caller), correlationId, key };
  const { table, approval } = await requestAutonomy(decideDeps(), body, asked);
  const view = autonomyView(table);
  if (approval === undefined) return view;
  const { id, deadlineAt } = approval;
  return accepted({ ...view, approval: { id, deadlineAt } });
});
