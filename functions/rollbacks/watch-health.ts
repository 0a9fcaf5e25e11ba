import * as z from 'zod';
import { watchHealth } from '../../shared/rollbacks/index.ts';
import { worldDeps } from '../runtime/rollback-world.ts';
import { task } from '../runtime/task.ts';

/** From the schedule (its event names no service), or at once for one service. */
const WatchDocument = z.looseObject({
  service: z.string().exactOptional(),
  environment: z.string().exactOptional(),
});

export const handler = task(WatchDocument, ({ service, environment }) =>
  watchHealth(worldDeps(), { service, environment }),
);
