import * as z from 'zod';
import { handOverDeploymentToPerson } from '../../shared/deployments/index.ts';
import { DeploymentTask, deploymentDeps } from '../runtime/deployments.ts';
import { task } from '../runtime/task.ts';

const HandOverDocument = DeploymentTask.extend({ failure: z.string().nullable() });

export const handler = task(HandOverDocument, (input) => handOverDeploymentToPerson(deploymentDeps(), input));
