import { autonomyView, putAutonomy } from '../../shared/services/index.ts';
import { actorOf } from '../runtime/caller.ts';
import { route } from '../runtime/http.ts';
import { putAutonomyRoute } from '../runtime/service-routes.ts';
import { decideDeps } from '../runtime/store.ts';

export const handler = route(putAutonomyRoute, async ({ body, caller, correlationId, key }) =>
  autonomyView(await putAutonomy(decideDeps(), body, { actor: actorOf(caller), correlationId, key })),
);
