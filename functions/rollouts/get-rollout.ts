import { getRollout } from '../../shared/rollouts/index.ts';
import { route } from '../runtime/http.ts';
import { getRolloutRoute } from '../runtime/rollout-routes.ts';
import { judgements } from '../runtime/rollouts.ts';
import { store } from '../runtime/store.ts';

export const handler = route(getRolloutRoute, ({ params }) =>
  getRollout({ store: store(), judgements: judgements() }, params.id),
);
