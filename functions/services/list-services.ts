import { listServices, serviceView } from '../../shared/services/index.ts';
import { route } from '../runtime/http.ts';
import { listServicesRoute } from '../runtime/service-routes.ts';
import { store } from '../runtime/store.ts';

export const handler = route(listServicesRoute, async ({ query }) => {
  const page = await listServices({ store: store() }, query);
  return { ...page, items: page.items.map(serviceView) };
});
