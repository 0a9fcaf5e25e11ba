import * as z from 'zod';
import { measureRollbackEvent, RollbackEventDetail } from '../../shared/rollbacks/index.ts';
import { onEvent } from '../runtime/event.ts';
import { meterAt } from '../runtime/observe.ts';
import { firstTime } from '../runtime/seen-events.ts';

// Another version is not for us: refused, it ends in the dead-letter queue, where a person sees it.
const Detail = RollbackEventDetail.extend({ version: z.literal(1).exactOptional() });
const BusEvent = z.looseObject({ 'detail-type': z.string(), detail: Detail });

/** Metrics carry the time of the fact: events that are replayed a week later ring no alarm of today. */
export const handler = onEvent(BusEvent, async ({ 'detail-type': type, detail }) => {
  if (firstTime(detail.eventId)) measureRollbackEvent(meterAt(detail.at), type, detail);
});
