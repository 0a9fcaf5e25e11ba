import { closeStalePullRequests } from '../../shared/rollbacks/index.ts';
import { onSchedule } from '../runtime/event.ts';
import { worldDeps } from '../runtime/rollback-world.ts';

export const handler = onSchedule(() => closeStalePullRequests(worldDeps()));
