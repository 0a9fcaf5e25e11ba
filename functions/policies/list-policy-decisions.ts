import { listPolicyDecisions } from '../../shared/policies/index.ts';
import { route } from '../runtime/http.ts';
import { listPolicyDecisionsRoute } from '../runtime/policy-routes.ts';
import { store } from '../runtime/store.ts';

export const handler = route(listPolicyDecisionsRoute, () => listPolicyDecisions(store()));
