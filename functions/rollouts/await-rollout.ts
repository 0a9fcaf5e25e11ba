import * as z from 'zod';
import { awaitRollout } from '../../shared/rollouts/index.ts';
import { rolloutDeps } from '../runtime/rollouts.ts';
import { task } from '../runtime/task.ts';

const AwaitDocument = z.object({
  rolloutId: z.string(),
  state: z.string(),
  token: z.string(),
  visit: z.string().exactOptional(),
  waitSeconds: z.number().positive(),
});

export const handler = task(AwaitDocument, (input) => awaitRollout(rolloutDeps(), input));
