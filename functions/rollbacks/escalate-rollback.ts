import * as z from 'zod';
import { escalateRollback } from '../../shared/rollbacks/index.ts';
import { onEvent } from '../runtime/event.ts';
import { notifyDeps } from '../runtime/notify.ts';

const BusEvent = z.looseObject({
  'detail-type': z.string(),
  detail: z.looseObject({
    // Another version is not for us: refused, it ends in the dead-letter queue, where a person sees it.
    version: z.literal(1),
    eventId: z.string(),
    rev: z.int(),
    subject: z.looseObject({ id: z.string() }),
  }),
});

export const handler = onEvent(BusEvent, ({ 'detail-type': type, detail }) =>
  escalateRollback(notifyDeps(), {
    type,
    eventId: detail.eventId,
    rollbackId: detail.subject.id,
    rev: detail.rev,
  }),
);
