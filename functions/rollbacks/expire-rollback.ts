import * as z from 'zod';
import { expireRollbackAtDeadline } from '../../shared/rollbacks/index.ts';
import { worldDeps } from '../runtime/rollback-world.ts';
import { TaskDocument } from '../runtime/rollbacks.ts';
import { task } from '../runtime/task.ts';

/** `unread` is not sent by executions that an earlier release started. */
const ExpireDocument = TaskDocument.extend({ unread: z.string().nullish() });

export const handler = task(ExpireDocument, (input) => expireRollbackAtDeadline(worldDeps(), input));
