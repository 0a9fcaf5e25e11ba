import { isoTime } from '../kernel/index.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { LambdaTarget } from '../ports/traffic.ts';
import { type Arm, frozenFano, type JudgeSettings } from '../rollouts/index.ts';

/** Seconds of the past from which thresholds and rates are frozen, before scaling. */
export const LOOK_BACK = 3600;
/** Enough to see bursts, and few questions to the provider. */
const WINDOWS = 20;
/** Seconds of a provider's interval, before scaling: the judge's own. */
const INTERVAL = 60;
/** Intervals of the provider in one window. The last window ends so long ago, which no provider's delay exceeds. */
const EACH = 3;

export type Before = {
  /** Failures, and requests slower than each threshold, that come in bursts of about so many; 1 where they seem independent. */
  readonly fano: JudgeSettings['fano'];
  /**
   * Over the windows that were measured: a young service is not taken for a quiet one. Of the plan's minutes, which a time
   * factor makes shorter.
   */
  readonly requestsPerMinute: number;
  /** By threshold: the share of the requests that was slower, over the windows in which it was counted. Without those never counted. */
  readonly slower: Readonly<Record<string, number>>;
};

/**
 * How the version before fails and how much it serves, from the target's whole traffic in windows of the look-back. Whole,
 * since a provider may count by version only while the traffic is split. Throws Fault as the metrics do.
 * @param thresholds ms at which slow requests are judged, all of which the provider counts at
 */
export async function lookBack(
  deps: { readonly metrics: Pick<Metrics, 'total'>; readonly factor: number },
  target: LambdaTarget,
  now: number,
  thresholds: readonly number[] = [],
): Promise<Before> {
  // A provider counts whole intervals only: a window that cuts them would be charged with time in which nothing is counted.
  const period = Math.max(1, Math.round(INTERVAL / deps.factor)) * 1000;
  const length = period * EACH;
  const end = Math.floor((now - length) / period) * period;
  const starts = Array.from({ length: WINDOWS }, (_, index) => end - (WINDOWS - index) * length);
  const counted = await Promise.all(
    starts.map(async (start) => {
      const window = { from: isoTime(start), to: isoTime(start + length), thresholds };
      const total = await deps.metrics.total(target, window);
      if (total === undefined) return [];
      const { n, errors, slowerThan } = total;
      return [{ at: window.from, baseline: { requests: n, failures: errors, slower: slowerThan } }];
    }),
  );
  const intervals = counted.flat();
  const requests = intervals.reduce((sum, { baseline }) => sum + baseline.requests, 0);
  const minutes = (intervals.length * length * deps.factor) / 60_000;
  return {
    fano: frozenFano(intervals, thresholds),
    requestsPerMinute: minutes === 0 ? 0 : requests / minutes,
    slower: Object.fromEntries(thresholds.flatMap((ms) => sharesOf(intervals, ms))),
  };
}

/** One entry; none where nothing was counted: that is not the same as none that is slower. */
function sharesOf(
  intervals: readonly { readonly baseline: Arm }[],
  ms: number,
): readonly (readonly [number, number])[] {
  const counted = intervals.filter(({ baseline }) => baseline.slower[ms] !== undefined);
  const requests = counted.reduce((sum, { baseline }) => sum + baseline.requests, 0);
  const slow = counted.reduce((sum, { baseline }) => sum + (baseline.slower[ms] ?? 0), 0);
  return requests === 0 ? [] : [[ms, slow / requests]];
}
