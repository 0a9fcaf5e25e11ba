import { listServiceDecisions } from '../../shared/services/index.ts';
import { route } from '../runtime/http.ts';
import { listServiceDecisionsRoute } from '../runtime/service-routes.ts';
import { store } from '../runtime/store.ts';

export const handler = route(listServiceDecisionsRoute, ({ params }) =>
  listServiceDecisions({ store: store() }, params.name),
);
