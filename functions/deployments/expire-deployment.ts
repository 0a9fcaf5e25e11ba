import { expireDeploymentAtDeadline } from '../../shared/deployments/index.ts';
import { DeploymentTask, deploymentDeps } from '../runtime/deployments.ts';
import { task } from '../runtime/task.ts';

export const handler = task(DeploymentTask, (input) => expireDeploymentAtDeadline(deploymentDeps(), input));
