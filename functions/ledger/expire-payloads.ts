import { expirePayloads } from '../../shared/ledger/erase/index.ts';
import { sealAndAsk } from '../runtime/ask-checkpoint.ts';
import { required } from '../runtime/environment.ts';
import { onSchedule } from '../runtime/event.ts';
import { expireDeps } from '../runtime/ledger-keeping.ts';
import { logger } from '../runtime/observe.ts';
import { clock } from '../runtime/world.ts';

// of the five minutes that the function has: a page that was begun still ends
const BUDGET_MS = 4 * 60_000;

export const handler = onSchedule(async () => {
  const asked = { days: Number(required('PAYLOAD_RETENTION_DAYS')), until: clock() + BUDGET_MS };
  const report = await sealAndAsk((seal) => expirePayloads(expireDeps(seal), asked));
  logger.info('old payloads were looked for', { report });
});
