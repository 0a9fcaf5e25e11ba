import { listDeploymentDecisions } from '../../shared/deployments/index.ts';
import { listDeploymentDecisionsRoute } from '../runtime/deployment-routes.ts';
import { route } from '../runtime/http.ts';
import { store } from '../runtime/store.ts';

export const handler = route(listDeploymentDecisionsRoute, ({ params }) =>
  listDeploymentDecisions(store(), params.id),
);
