import * as z from 'zod';
import { handOverRolloutToPerson } from '../../shared/rollouts/index.ts';
import { RolloutTask, rolloutDeps } from '../runtime/rollouts.ts';
import { task } from '../runtime/task.ts';

const HandOverDocument = RolloutTask.extend({
  failure: z.string().nullable(),
  /** Not sent by executions that an earlier release started. */
  cause: z.string().nullish(),
});

export const handler = task(HandOverDocument, (input) => handOverRolloutToPerson(rolloutDeps(), input));
