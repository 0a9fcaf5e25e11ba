import { startRolloutOfDeployment } from '../../shared/deployments/index.ts';
import { DeploymentTask, startDeps } from '../runtime/deployments.ts';
import { task } from '../runtime/task.ts';

export const handler = task(DeploymentTask, (input) => startRolloutOfDeployment(startDeps(), input));
