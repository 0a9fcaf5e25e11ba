import { expirePayloads } from '../../shared/ledger/erase/index.ts';
import { required } from '../runtime/environment.ts';
import { onSchedule } from '../runtime/event.ts';
import { expireDeps } from '../runtime/ledger-keeping.ts';
import { logger } from '../runtime/observe.ts';
import { clock } from '../runtime/world.ts';

// of the five minutes that the function has: a page that was begun still ends
const BUDGET_MS = 4 * 60_000;

export const handler = onSchedule(async () => {
  const days = Number(required('PAYLOAD_RETENTION_DAYS'));
  logger.info('payloads expired', {
    ...{ days, ...(await expirePayloads(expireDeps(), { days, until: clock() + BUDGET_MS })) },
  });
});
