import { decideOnDeployment } from '../../shared/deployments/index.ts';
import { DeploymentTask, weighDeps } from '../runtime/deployments.ts';
import { task } from '../runtime/task.ts';

export const handler = task(DeploymentTask, (input) => decideOnDeployment(weighDeps(), input));
