import { listRolloutDecisions } from '../../shared/rollouts/index.ts';
import { route } from '../runtime/http.ts';
import { listRolloutDecisionsRoute } from '../runtime/rollout-routes.ts';
import { store } from '../runtime/store.ts';

export const handler = route(listRolloutDecisionsRoute, ({ params }) =>
  listRolloutDecisions(store(), params.id),
);
