import * as z from 'zod';
import { publishCheckpoint } from '../../shared/ledger/publish/index.ts';
import { publishDeps } from '../runtime/checkpoints.ts';
import { logger } from '../runtime/observe.ts';
import { task } from '../runtime/task.ts';

/** Messages of the queue, however many: one checkpoint answers them all. Without any it is the schedule's heartbeat. */
const Asked = z.object({ Records: z.array(z.unknown()).exactOptional() });

export const handler = task(Asked, async ({ Records }) => {
  const cause = Records === undefined ? 'heartbeat' : 'asked';
  const { kind, size } = await publishCheckpoint(publishDeps(), { cause });
  logger.info('a checkpoint was asked for', { cause, kind, size });
  // Lambda forgets all messages of the batch; where this throws, none.
  return { batchItemFailures: [] };
});
