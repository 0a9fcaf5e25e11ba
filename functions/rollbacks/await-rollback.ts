import * as z from 'zod';
import { awaitRollback } from '../../shared/rollbacks/index.ts';
import { worldDeps } from '../runtime/rollback-world.ts';
import { task } from '../runtime/task.ts';

const AwaitDocument = z.object({
  rollbackId: z.string(),
  state: z.string(),
  asks: z.boolean().optional(),
  token: z.string(),
  visit: z.string().exactOptional(),
  waitSeconds: z.number().positive(),
});

export const handler = task(AwaitDocument, (input) => awaitRollback(worldDeps(), input));
