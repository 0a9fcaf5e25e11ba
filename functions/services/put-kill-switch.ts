import { autonomyView, putKillSwitch } from '../../shared/services/index.ts';
import { actorOf } from '../runtime/caller.ts';
import { route } from '../runtime/http.ts';
import { putKillSwitchRoute } from '../runtime/service-routes.ts';
import { decideDeps } from '../runtime/store.ts';

export const handler = route(putKillSwitchRoute, async ({ body, caller, correlationId, key }) =>
  autonomyView(await putKillSwitch(decideDeps(), body, { actor: actorOf(caller), correlationId, key })),
);
