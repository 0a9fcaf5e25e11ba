import { policiesView, readPolicies } from '../../shared/policies/index.ts';
import { route } from '../runtime/http.ts';
import { getPoliciesRoute } from '../runtime/policy-routes.ts';
import { store } from '../runtime/store.ts';

export const handler = route(getPoliciesRoute, async () => policiesView(await readPolicies(store())));
