import * as z from 'zod';
import { measurePolicies } from '../../shared/policies/index.ts';
import { onEvent } from '../runtime/event.ts';
import { meterAt } from '../runtime/observe.ts';

// Another version is not for us: refused, it ends in the dead-letter queue, where a person sees it.
const Detail = z.looseObject({ version: z.literal(1), at: z.iso.datetime() });
const BusEvent = z.looseObject({ 'detail-type': z.string(), detail: Detail });

export const handler = onEvent(BusEvent, async ({ 'detail-type': type, detail }) =>
  measurePolicies(meterAt, type, detail.at),
);
