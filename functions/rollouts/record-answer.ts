import { answerHoldOfRollout } from '../../shared/rollouts/index.ts';
import { RolloutTask, rolloutDeps } from '../runtime/rollouts.ts';
import { task } from '../runtime/task.ts';

export const handler = task(RolloutTask, (input) => answerHoldOfRollout(rolloutDeps(), input));
