import { deploymentView, requestDeployment } from '../../shared/deployments/index.ts';
import { actorOf } from '../runtime/caller.ts';
import { requestDeploymentRoute } from '../runtime/deployment-routes.ts';
import { deploymentDeps } from '../runtime/deployments.ts';
import { route } from '../runtime/http.ts';

export const handler = route(requestDeploymentRoute, async ({ body, caller }) => {
  const { change: declared = {}, service, environment, revision, preset } = body;
  const asked = { service, environment, revision, declared, preset, run: caller.run, actor: actorOf(caller) };
  return deploymentView(await requestDeployment(deploymentDeps(), asked));
});
