import * as z from 'zod';
import { reconcileAsDue } from '../../shared/ledger/reconcile/index.ts';
import { sealAndAsk } from '../runtime/ask-checkpoint.ts';
import { onEvent } from '../runtime/event.ts';
import { reconcileDeps } from '../runtime/ledger-keeping.ts';
import { logger } from '../runtime/observe.ts';
import { clock } from '../runtime/world.ts';

// of the five minutes that the function has: a page that was begun still ends
const BUDGET_MS = 4 * 60_000;

export const handler = onEvent(z.looseObject({ time: z.iso.datetime() }), async ({ time }) => {
  const asked = { at: time, until: clock() + BUDGET_MS };
  const reports = await sealAndAsk((seal) => reconcileAsDue(reconcileDeps(seal), asked));
  for (const report of reports) logger.info('the ledger was held against the decisions', { report });
});
