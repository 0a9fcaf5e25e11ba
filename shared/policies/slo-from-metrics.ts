import { isoTime, millis } from '../kernel/index.ts';
import type { ArmCounts, MeasuredTarget, Metrics } from '../ports/metrics.ts';
import type { Slo } from '../services/contract.ts';
import type { SloCounts } from './ports.ts';

/**
 * What SLOs are counted by, over the metrics of a platform: of a Lambda alias, its requests, failures and durations.
 *
 * A window without counts is idle, and spends nothing, where the platform says in whole that nothing was asked, and a longer
 * window of the same reading has counts: then the alias is known to be measured under this name. Anything else is missing,
 * and blocks. The limit of it: callers who do not get as far as the function, and counts that the platform has lost without
 * a word, look idle too. A rollout does not start on that alone: it wants counts of the last hour.
 */
export function sloFromMetrics(metrics: Pick<Metrics, 'total' | 'idle'>, target: MeasuredTarget): SloCounts {
  return async ({ indicator }, windows, at) => {
    const thresholds = indicator.kind === 'latency' ? [indicator.ms] : [];
    const windowOf = (seconds: number) => ({ from: isoTime(millis(at) - seconds * 1000), to: at });
    const counted = await Promise.all(
      windows.map((seconds) => metrics.total(target, { ...windowOf(seconds), thresholds })),
    );
    const longest = Math.max(0, ...windows.filter((_, index) => counted[index] !== undefined));
    return Promise.all(
      windows.map(async (seconds, index) => {
        const counts = counted[index];
        if (counts !== undefined) return goodOf(counts, indicator);
        const idle = seconds < longest && (await metrics.idle(target, windowOf(seconds)));
        return idle ? { good: 0, total: 0 } : undefined;
      }),
    );
  };
}

function goodOf({ n, errors, slowerThan }: ArmCounts, indicator: Slo['indicator']) {
  if (indicator.kind === 'availability') return { good: n - errors, total: n };
  const slower = slowerThan[String(indicator.ms)];
  return slower === undefined ? undefined : { good: n - slower, total: n };
}
