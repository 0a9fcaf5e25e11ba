import { listAutonomyDecisions } from '../../shared/services/index.ts';
import { route } from '../runtime/http.ts';
import { listAutonomyDecisionsRoute } from '../runtime/service-routes.ts';
import { store } from '../runtime/store.ts';

export const handler = route(listAutonomyDecisionsRoute, () => listAutonomyDecisions({ store: store() }));
