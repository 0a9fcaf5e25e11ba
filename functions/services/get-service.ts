import { loadService, serviceView } from '../../shared/services/index.ts';
import { route } from '../runtime/http.ts';
import { getServiceRoute } from '../runtime/service-routes.ts';
import { store } from '../runtime/store.ts';

export const handler = route(getServiceRoute, async ({ params }) =>
  serviceView(await loadService({ store: store() }, params.name)),
);
