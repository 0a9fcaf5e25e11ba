import * as z from 'zod';
import type { Meter } from '../ports/meter.ts';
import { METRICS } from './contract.ts';

/** The detail of an event of this capability, as far as metrics look at it. */
export const RollbackEventDetail = z.looseObject({
  service: z.string().optional(),
  environment: z.string().optional(),
  data: z.looseObject({ state: z.string().optional(), reason: z.string().optional() }),
});

/** Metrics that follow from published events alone. The meter emits each without dimensions too: alarms do not roll up. */
export function measureRollbackEvent(
  meter: Meter,
  type: string,
  detail: z.infer<typeof RollbackEventDetail>,
): void {
  if (type !== 'RollbackEnded' || detail.data.state !== 'Aborted') return;
  const reason = detail.data.reason ?? 'UNKNOWN';
  meter.count(METRICS.aborted, { reason });
  if (reason === 'SECURITY') meter.count(METRICS.denied);
}
