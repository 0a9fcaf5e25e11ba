import * as z from 'zod';
import { handOverDeploymentToPerson } from '../../shared/deployments/index.ts';
import { DeploymentTask, deploymentDeps } from '../runtime/deployments.ts';
import { task } from '../runtime/task.ts';

const HandOverDocument = DeploymentTask.extend({
  failure: z.string().nullable(),
  /** Not sent by executions that an earlier release started. */
  cause: z.string().nullish(),
});

export const handler = task(HandOverDocument, (input) => handOverDeploymentToPerson(deploymentDeps(), input));
