import * as z from 'zod';
import { tellEverywhere } from '../../shared/deployments/index.ts';
import { onEvent } from '../runtime/event.ts';
import { tellDeps } from '../runtime/notify.ts';

const BusEvent = z.looseObject({
  'detail-type': z.string(),
  detail: z.looseObject({
    // Another version is not for us: refused, it ends in the dead-letter queue, where a person sees it.
    version: z.literal(1),
    rev: z.int(),
    subject: z.looseObject({ kind: z.enum(['deployment', 'rollout']), id: z.string() }),
  }),
});

export const handler = onEvent(BusEvent, ({ 'detail-type': type, detail: { rev, subject } }) =>
  tellEverywhere(tellDeps(), { kind: subject.kind, id: subject.id, type, rev }),
);
