import type { Meter } from '../ports/meter.ts';
import { POLICY_METRICS } from './contract.ts';

const METRIC_OF: Readonly<Record<string, string>> = {
  PoliciesChanged: POLICY_METRICS.changed,
  BreakGlassOpened: POLICY_METRICS.glassOpened,
};

/**
 * Counts what somebody should know at once, at the time (ISO) when it happened. Delivered twice it counts twice: an alarm
 * that rings again for broken glass does no harm.
 */
export function measurePolicies(meterAt: (at: string) => Meter, type: string, at: string): void {
  const metric = Object.hasOwn(METRIC_OF, type) ? METRIC_OF[type] : undefined;
  if (metric !== undefined) meterAt(at).count(metric);
}
