import * as z from 'zod';
import { measureOnce, RollbackEventDetail } from '../../shared/rollbacks/index.ts';
import { onEvent } from '../runtime/event.ts';
import { meterAt } from '../runtime/observe.ts';
import { work } from '../runtime/store.ts';
import { clock } from '../runtime/world.ts';

// Another version is not for us: refused, it ends in the dead-letter queue, where a person sees it.
const Detail = RollbackEventDetail.extend({ version: z.literal(1) });
const BusEvent = z.looseObject({ 'detail-type': z.string(), detail: Detail });

export const handler = onEvent(BusEvent, ({ 'detail-type': type, detail }) =>
  measureOnce({ work: work(), clock, meterAt }, type, detail),
);
