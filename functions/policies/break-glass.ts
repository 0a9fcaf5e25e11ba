import { askToBreakGlass } from '../../shared/policies/index.ts';
import { actorOf } from '../runtime/caller.ts';
import { route } from '../runtime/http.ts';
import { breakGlassRoute } from '../runtime/policy-routes.ts';
import { decideDeps } from '../runtime/store.ts';

export const handler = route(breakGlassRoute, ({ body, caller, correlationId, key }) =>
  askToBreakGlass(decideDeps(), body, { actor: actorOf(caller), correlationId, key }),
);
