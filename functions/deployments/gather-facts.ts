import { gatherFactsOfDeployment } from '../../shared/deployments/index.ts';
import { DeploymentTask, factsDeps } from '../runtime/deployments.ts';
import { task } from '../runtime/task.ts';

export const handler = task(DeploymentTask, (input) => gatherFactsOfDeployment(factsDeps(), input));
