import { explainRollout } from '../../shared/rollouts/index.ts';
import { route } from '../runtime/http.ts';
import { explainRolloutRoute } from '../runtime/rollout-routes.ts';
import { store } from '../runtime/store.ts';

export const handler = route(explainRolloutRoute, ({ params }) => explainRollout(store(), params.id));
