import { shiftTraffic } from '../../shared/rollouts/index.ts';
import { RolloutTask, shiftDeps } from '../runtime/rollouts.ts';
import { task } from '../runtime/task.ts';

export const handler = task(RolloutTask, (input) => shiftTraffic(shiftDeps(), input));
