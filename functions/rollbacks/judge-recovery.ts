import { judgeRecoveryOfRollback } from '../../shared/rollbacks/index.ts';
import { worldDeps } from '../runtime/rollback-world.ts';
import { TaskDocument } from '../runtime/rollbacks.ts';
import { task } from '../runtime/task.ts';

export const handler = task(TaskDocument, (input) => judgeRecoveryOfRollback(worldDeps(), input));
