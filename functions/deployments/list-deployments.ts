import { listDeployments } from '../../shared/deployments/index.ts';
import { listDeploymentsRoute } from '../runtime/deployment-routes.ts';
import { route } from '../runtime/http.ts';
import { store } from '../runtime/store.ts';

export const handler = route(listDeploymentsRoute, ({ query }) => listDeployments(store(), query));
