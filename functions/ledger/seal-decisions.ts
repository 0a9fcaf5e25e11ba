import { sealDecisions } from '../../shared/ledger/index.ts';
import { sealAndAsk } from '../runtime/ask-checkpoint.ts';
import { logger } from '../runtime/observe.ts';
import { streamBatch } from '../runtime/stream.ts';

export const handler = streamBatch(async (records) => {
  const { sealed, duplicates, failed } = await sealAndAsk((deps) => sealDecisions(deps, records));
  logger.info('decisions were sealed', { records: records.length, sealed, duplicates });
  if (failed === undefined) return undefined;
  logger.error('a decision could not be sealed', { error: failed.cause, keys: failed.record.keys });
  return failed.record;
});
