import { putPeople } from '../../shared/approvals/index.ts';
import { putPeopleRoute } from '../runtime/approval-routes.ts';
import { actorOf } from '../runtime/caller.ts';
import { route } from '../runtime/http.ts';
import { decideDeps } from '../runtime/store.ts';

export const handler = route(putPeopleRoute, ({ body, caller, correlationId, key }) =>
  putPeople(decideDeps(), body, { actor: actorOf(caller), correlationId, key }),
);
