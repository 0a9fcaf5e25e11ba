import * as z from 'zod';
import { measureRollbackEvent, RollbackEventDetail } from '../../shared/rollbacks/index.ts';
import { onEvent } from '../runtime/event.ts';
import { meterAt } from '../runtime/observe.ts';
import { firstTime } from '../runtime/seen-events.ts';

const BusEvent = z.looseObject({ 'detail-type': z.string(), detail: RollbackEventDetail });

/** Metrics carry the time of the fact: events that are replayed a week later ring no alarm of today. */
export const handler = onEvent(BusEvent, async ({ 'detail-type': type, detail }) => {
  if (firstTime(detail.eventId)) measureRollbackEvent(meterAt(detail.at), type, detail);
});
