import * as z from 'zod';
import { handOverRollbackToPerson } from '../../shared/rollbacks/index.ts';
import { rollbackDeps, TaskDocument } from '../runtime/rollbacks.ts';
import { task } from '../runtime/task.ts';

const HandOverDocument = TaskDocument.extend({
  failure: z.string().nullable(),
  /** Not sent by executions that an earlier release started. */
  cause: z.string().nullish(),
});

export const handler = task(HandOverDocument, (input) => handOverRollbackToPerson(rollbackDeps(), input));
