import { autonomyView, readAutonomyTable } from '../../shared/services/index.ts';
import { route } from '../runtime/http.ts';
import { getAutonomyRoute } from '../runtime/service-routes.ts';
import { store } from '../runtime/store.ts';

export const handler = route(getAutonomyRoute, async () =>
  autonomyView(await readAutonomyTable({ store: store() })),
);
