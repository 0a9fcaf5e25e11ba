import * as z from 'zod';
import { POLICY_METRICS } from '../../shared/policies/contract.ts';
import { onEvent } from '../runtime/event.ts';
import { meterAt } from '../runtime/observe.ts';

const METRIC_OF: Readonly<Record<string, string>> = {
  PoliciesChanged: POLICY_METRICS.changed,
  BreakGlassOpened: POLICY_METRICS.glassOpened,
};
// Another version is not for us: refused, it ends in the dead-letter queue, where a person sees it.
const Detail = z.looseObject({ version: z.literal(1), at: z.iso.datetime() });
const BusEvent = z.looseObject({ 'detail-type': z.string(), detail: Detail });

export const handler = onEvent(BusEvent, async ({ 'detail-type': type, detail }) => {
  const metric = Object.hasOwn(METRIC_OF, type) ? METRIC_OF[type] : undefined;
  // counted twice when it is delivered twice: an alarm that rings twice for broken glass is no harm
  if (metric !== undefined) meterAt(detail.at).count(metric);
});
