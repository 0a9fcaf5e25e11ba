import { isoTime, millis } from '../kernel/index.ts';
import type { ArmCounts, MeasuredTarget, Metrics } from '../ports/metrics.ts';
import type { Slo } from '../services/contract.ts';
import type { SloCounts } from './ports.ts';

/**
 * What SLOs are counted by, over the metrics of a platform: of a Lambda alias, its requests, failures and durations. There,
 * nothing measured and nothing asked look alike: both say nothing.
 */
export function sloFromMetrics(metrics: Pick<Metrics, 'total'>, target: MeasuredTarget): SloCounts {
  return async ({ indicator }, windows, at) =>
    Promise.all(
      windows.map(async (seconds) => {
        const from = isoTime(millis(at) - seconds * 1000);
        const thresholds = indicator.kind === 'latency' ? [indicator.ms] : [];
        const counts = await metrics.total(target, { from, to: at, thresholds });
        return counts === undefined ? undefined : goodOf(counts, indicator);
      }),
    );
}

function goodOf({ n, errors, slowerThan }: ArmCounts, indicator: Slo['indicator']) {
  if (indicator.kind === 'availability') return { good: n - errors, total: n };
  const slower = slowerThan[String(indicator.ms)];
  return slower === undefined ? undefined : { good: n - slower, total: n };
}
