import { putService, serviceView } from '../../shared/services/index.ts';
import { actorOf } from '../runtime/caller.ts';
import { route } from '../runtime/http.ts';
import { putServiceRoute } from '../runtime/service-routes.ts';
import { decideDeps } from '../runtime/store.ts';

export const handler = route(putServiceRoute, async ({ params, body, caller, correlationId, key }) =>
  serviceView(
    await putService(decideDeps(), {
      name: params.name,
      document: body,
      actor: actorOf(caller),
      correlationId,
      key,
    }),
  ),
);
