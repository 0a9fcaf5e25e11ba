import * as z from 'zod';
import { judgeRollouts } from '../../shared/rollouts/index.ts';
import { judgeDeps } from '../runtime/rollouts.ts';
import { task } from '../runtime/task.ts';

export const handler = task(z.looseObject({}), () => judgeRollouts(judgeDeps()));
