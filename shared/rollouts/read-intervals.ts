import { isFault, millis } from '../kernel/index.ts';
import type { ArmCounts, IntervalCounts } from '../ports/metrics.ts';
import type { Layout } from './condense-intervals.ts';
import { METRICS, TIMINGS } from './contract.ts';
import { Interval } from './judge-contract.ts';
import { type Missing, missedBy } from './missing-data.ts';
import type { JudgeDeps } from './ports.ts';
import type { Rollout } from './rollout.ts';
import { targetOf } from './target.ts';

export type Measured = {
  /** As they were measured, none added up. */
  readonly intervals: readonly Interval[];
  /** How they may be. */
  readonly layout: Layout;
  /** Starts of those that came with what is no count. */
  readonly unusable: readonly string[];
  /** Seconds from the end of an interval until the provider calls it closed. */
  readonly delaySeconds: number;
  /** What of it could not be used. */
  readonly missing?: Missing;
};
/** Nothing came: the provider did not answer. */
export type Missed = { readonly missing: Missing };
type Window = { readonly from: string; readonly to: string };

/**
 * The intervals of a rollout as they are now; none when the provider does not answer, and none of what is no count (NaN,
 * more failures than requests): then the clock of missing data runs. None either in which the split was changed: it served
 * two shares, and with one for all of it whatever began after the change would be counted against the canary.
 */
export async function readIntervals(
  deps: JudgeDeps,
  rollout: Rollout,
  window: Window,
): Promise<Pick<Measured, 'intervals' | 'layout' | 'unusable' | 'missing'>> {
  const layout = layoutOf(deps, rollout, window.from);
  return { intervals: [], unusable: [], layout, ...(await readMeasured(deps, rollout, window)) };
}

/** As `readIntervals`; without intervals when the provider does not answer. */
export async function readMeasured(
  deps: JudgeDeps,
  rollout: Rollout,
  { from, to }: Window,
): Promise<Measured | Missed> {
  const { data, service } = rollout;
  const target = { ...targetOf(rollout), canary: data.canary, baseline: data.baseline };
  const miss = (code: string) => deps.meter.count(METRICS.judgeErrors, { service, code });
  try {
    const counts = await deps.metrics.counts(target, { from, to, thresholds: thresholdsOf(rollout) });
    const layout = layoutOf(deps, rollout, from);
    const { cuts } = layout;
    const ofOneShare = counts.filter((each) => !cuts.some((cut) => isWithin(each, millis(cut))));
    const read = ofOneShare.map((each) => Interval.safeParse(intervalOf(each)));
    const unusable = ofOneShare.filter((_, index) => !read[index]?.success).map(({ start }) => start);
    const malformed = unusable.length;
    if (malformed > 0) miss('Malformed');
    const intervals = read.flatMap((each) => (each.success ? [each.data] : []));
    const delaySeconds = delayOf(counts, deps.timings.watermark);
    return { intervals, layout, unusable, delaySeconds, ...(malformed > 0 && { missing: { malformed } }) };
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    miss(thrown.name);
    return { missing: missedBy(thrown) };
  }
}

/** In order: those that came with what is no count have neither arm. */
export function withUnusable({
  intervals,
  unusable,
}: Pick<Measured, 'intervals' | 'unusable'>): readonly Interval[] {
  const all = [...intervals, ...unusable.map((at) => ({ at }))];
  return all.toSorted((a, b) => millis(a.at) - millis(b.at));
}

function layoutOf({ timings }: JudgeDeps, { data }: Rollout, from: string): Layout {
  return {
    from,
    seconds: timings.interval,
    every: data.plan.intervalSeconds / TIMINGS.interval,
    cuts: (data.shares ?? []).map(({ at }) => at),
  };
}

function isWithin({ start, end }: IntervalCounts, at: number): boolean {
  return millis(start) < at && at < millis(end);
}

/** What the provider said of its last interval; before it has said anything, ours. */
function delayOf(counts: readonly IntervalCounts[], usual: number): number {
  const last = counts.at(-1);
  return last === undefined ? usual : (millis(last.watermark) - millis(last.end)) / 1000;
}

/** What is counted: the frozen thresholds of the judge and the one of the kill switch. */
function thresholdsOf({ data: { settings } }: Rollout): readonly number[] {
  const slow = settings.killSwitch?.slowerThan;
  return [...new Set([...settings.latency.thresholds, ...(slow == null ? [] : [slow])])];
}

/** An interval as the provider counts it, as the judge takes it: its start is its name, and it is closed. */
function intervalOf({ start, arms }: IntervalCounts): Interval {
  const arm = ({ n, errors, slowerThan }: ArmCounts) => ({
    requests: n,
    failures: errors,
    slower: slowerThan,
  });
  return {
    at: start,
    ...(arms.canary !== undefined && { canary: arm(arms.canary) }),
    ...(arms.baseline !== undefined && { baseline: arm(arms.baseline) }),
  };
}
