import { policiesView, putPolicies } from '../../shared/policies/index.ts';
import { actorOf } from '../runtime/caller.ts';
import { route } from '../runtime/http.ts';
import { policyDeps } from '../runtime/policies.ts';
import { putPoliciesRoute } from '../runtime/policy-routes.ts';

export const handler = route(putPoliciesRoute, async ({ body, caller, correlationId, key }) =>
  policiesView(await putPolicies(policyDeps(), body, { actor: actorOf(caller), correlationId, key })),
);
