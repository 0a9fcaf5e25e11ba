import { publishEvents } from '../../shared/ledger/index.ts';
import { publisher } from '../runtime/event-bus.ts';
import { logger } from '../runtime/observe.ts';
import { streamBatch } from '../runtime/stream.ts';

export const handler = streamBatch(async (records) => {
  const { published, failed } = await publishEvents({ publish: publisher() }, records);
  logger.info('events were published', { records: records.length, published });
  if (failed !== undefined) logger.error('an event did not get on the bus', { keys: failed.keys });
  return failed;
});
