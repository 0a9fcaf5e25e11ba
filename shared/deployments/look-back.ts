import { isoTime } from '../kernel/index.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { LambdaTarget } from '../ports/traffic.ts';
import { estimateFano } from '../rollouts/index.ts';

/** Seconds of the past from which thresholds and rates are frozen, before scaling. */
export const LOOK_BACK = 3600;
/** Of three minutes each: enough to see bursts, and few questions to the provider. */
const WINDOWS = 20;

export type Before = {
  /** Failures that come in bursts of about so many; 1 where they seem independent. At least 1. */
  readonly fano: number;
  /** Over the windows that were measured: a young service is not taken for a quiet one. */
  readonly requestsPerMinute: number;
};

/**
 * How the version before fails and how much it serves, from the target's whole traffic in windows of the look-back. Whole,
 * since a provider may count by version only while the traffic is split. Throws Fault as the metrics do.
 */
export async function lookBack(
  deps: { readonly metrics: Pick<Metrics, 'total'>; readonly factor: number },
  target: LambdaTarget,
  now: number,
): Promise<Before> {
  const length = (LOOK_BACK * 1000) / deps.factor / WINDOWS;
  const starts = Array.from({ length: WINDOWS }, (_, index) => now - (WINDOWS - index) * length);
  const counted = await Promise.all(
    starts.map(async (start) => {
      const window = { from: isoTime(start), to: isoTime(start + length), thresholds: [] };
      const total = await deps.metrics.total(target, window);
      if (total === undefined) return [];
      return [{ at: window.from, baseline: { requests: total.n, failures: total.errors, slower: {} } }];
    }),
  );
  const intervals = counted.flat();
  const requests = intervals.reduce((sum, { baseline }) => sum + baseline.requests, 0);
  const minutes = (intervals.length * length) / 60_000;
  return {
    fano: Math.max(1, estimateFano(intervals)),
    requestsPerMinute: minutes === 0 ? 0 : requests / minutes,
  };
}
