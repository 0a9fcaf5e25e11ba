import { explainDeployment } from '../../shared/deployments/index.ts';
import { explainDeploymentRoute } from '../runtime/deployment-routes.ts';
import { route } from '../runtime/http.ts';
import { store } from '../runtime/store.ts';

export const handler = route(explainDeploymentRoute, ({ params }) => explainDeployment(store(), params.id));
