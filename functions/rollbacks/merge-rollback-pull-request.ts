import { CheckedInvariants, mergePullRequestOfRollback } from '../../shared/rollbacks/index.ts';
import { worldDeps } from '../runtime/rollback-world.ts';
import { TaskDocument } from '../runtime/rollbacks.ts';
import { task } from '../runtime/task.ts';

const MergeDocument = TaskDocument.extend({ evaluation: CheckedInvariants });

export const handler = task(MergeDocument, (input) => mergePullRequestOfRollback(worldDeps(), input));
