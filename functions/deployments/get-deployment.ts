import { getDeployment } from '../../shared/deployments/index.ts';
import { getDeploymentRoute } from '../runtime/deployment-routes.ts';
import { route } from '../runtime/http.ts';
import { store } from '../runtime/store.ts';

export const handler = route(getDeploymentRoute, ({ params }) => getDeployment(store(), params.id));
