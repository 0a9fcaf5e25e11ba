import { listRollouts } from '../../shared/rollouts/index.ts';
import { route } from '../runtime/http.ts';
import { listRolloutsRoute } from '../runtime/rollout-routes.ts';
import { store } from '../runtime/store.ts';

export const handler = route(listRolloutsRoute, ({ query }) => listRollouts(store(), query));
