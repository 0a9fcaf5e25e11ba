import { controlDeployment, deploymentView } from '../../shared/deployments/index.ts';
import { hasRole, requireRole } from '../runtime/caller.ts';
import { controlDeploymentRoute } from '../runtime/deployment-routes.ts';
import { deploymentDeps } from '../runtime/deployments.ts';
import { route } from '../runtime/http.ts';
import { rolloutDeps } from '../runtime/rollouts.ts';

export const handler = route(controlDeploymentRoute, async ({ body, caller, params }) => {
  if (params.verb === 'promote') requireRole(caller, 'approver');
  const { person, via } = caller;
  const asked = { deploymentId: params.id, reason: body.reason, person, via };
  const isApprover = hasRole(caller, 'approver');
  return deploymentView(
    await controlDeployment({ ...deploymentDeps(), rollouts: rolloutDeps() }, params.verb, {
      ...asked,
      isApprover,
    }),
  );
});
