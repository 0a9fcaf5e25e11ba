import * as z from 'zod';
import { awaitDeployment } from '../../shared/deployments/index.ts';
import { deploymentDeps } from '../runtime/deployments.ts';
import { task } from '../runtime/task.ts';

const AwaitDocument = z.object({
  deploymentId: z.string(),
  state: z.string(),
  token: z.string(),
  visit: z.string().exactOptional(),
  waitSeconds: z.number().positive(),
});

export const handler = task(AwaitDocument, (input) => awaitDeployment(deploymentDeps(), input));
