import { isoTime } from '../kernel/index.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { LambdaTarget } from '../ports/traffic.ts';
import { type Arm, type BurstsBefore, burstsBefore } from '../rollouts/index.ts';
import { WINDOW_MINUTES } from './burst-notes.ts';

/** Seconds of the past from which thresholds and rates are frozen, before scaling. */
export const LOOK_BACK = 3600;
/** Seconds that the windows may begin before that, before scaling: they are whole, and the last ends a window before now. */
export const LOOK_BACK_MARGIN = 240;
/** Enough to see bursts, and few questions to the provider. */
const WINDOWS = 20;
/** Seconds of a provider's interval, before scaling: the judge's own. */
const INTERVAL = 60;
/** Intervals of the provider in one window. The last window ends so long ago, which no provider's delay exceeds. */
const EACH = WINDOW_MINUTES;

export type Before = {
  /** Whether failures, and requests slower than each threshold, come in bursts, and of how many. */
  readonly bursts: BurstsBefore;
  /** Over the windows that were measured and that no incident spoils. */
  readonly requests: number;
  readonly failures: number;
  /**
   * Over the windows that were measured: a young service is not taken for a quiet one. Of the plan's minutes, which a time
   * factor makes shorter.
   */
  readonly requestsPerMinute: number;
  /** By threshold: the share of the requests that was slower, over those of them in which it was counted. Without those never counted. */
  readonly slower: Readonly<Record<string, number>>;
};

/** ms of thresholds, all of which the provider counts at: those that the judge compares, and those that are counted. */
type Thresholds = { readonly judged: readonly number[]; readonly counted: readonly number[] };

/**
 * How the version before fails and how much it serves, from the target's whole traffic in windows of the look-back. Whole,
 * since a provider may count by version only while the traffic is split. Throws Fault as the metrics do.
 */
export async function lookBack(
  deps: { readonly metrics: Pick<Metrics, 'total'>; readonly factor: number },
  target: LambdaTarget,
  now: number,
  thresholds: Thresholds,
): Promise<Before> {
  // A provider counts whole intervals only: a window that cuts them would be charged with time in which nothing is counted.
  const period = Math.max(1, Math.round(INTERVAL / deps.factor)) * 1000;
  const length = period * EACH;
  const end = Math.floor((now - length) / period) * period;
  const starts = Array.from({ length: WINDOWS }, (_, index) => end - (WINDOWS - index) * length);
  const counted = await Promise.all(
    starts.map(async (start) => {
      const window = { from: isoTime(start), to: isoTime(start + length), thresholds: thresholds.counted };
      const total = await deps.metrics.total(target, window);
      if (total === undefined) return [];
      const { n, errors, slowerThan } = total;
      return [{ at: window.from, baseline: { requests: n, failures: errors, slower: slowerThan } }];
    }),
  );
  const windows = counted.flat();
  const bursts = burstsBefore(windows, thresholds);
  const minutes = (windows.length * length * deps.factor) / 60_000;
  const requests = sum(windows, ({ baseline }) => baseline?.requests ?? 0);
  return {
    bursts,
    requests: sum(bursts.kept, ({ baseline }) => baseline?.requests ?? 0),
    failures: sum(bursts.kept, ({ baseline }) => baseline?.failures ?? 0),
    requestsPerMinute: minutes === 0 ? 0 : requests / minutes,
    slower: Object.fromEntries(thresholds.counted.flatMap((ms) => sharesOf(bursts.kept, ms))),
  };
}

type Windows = BurstsBefore['kept'];

function sum(windows: Windows, part: (window: Windows[number]) => number): number {
  return windows.reduce((total, window) => total + part(window), 0);
}

/** One entry; none where nothing was counted: that is not the same as none that is slower. */
function sharesOf(windows: Windows, ms: number): readonly (readonly [number, number])[] {
  const slowerIn = (arm: Arm | undefined) => arm?.slower[ms];
  const counted = windows.filter(({ baseline }) => slowerIn(baseline) !== undefined);
  const requests = sum(counted, ({ baseline }) => baseline?.requests ?? 0);
  return requests === 0 ? [] : [[ms, sum(counted, ({ baseline }) => slowerIn(baseline) ?? 0) / requests]];
}
