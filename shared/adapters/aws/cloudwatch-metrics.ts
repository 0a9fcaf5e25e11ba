import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { type Clock, Fault, isoTime, millis } from '../../kernel/index.ts';
import type {
  ArmCounts,
  IntervalCounts,
  MeasuredTarget,
  Metrics,
  MetricsWindow,
} from '../../ports/metrics.ts';
import { quantile, sumOf } from '../arm-counts.ts';
import { CLIENT_SETTINGS } from './clients.ts';
import { armAt } from './cloudwatch-arm.ts';
import { readSeries, type Series, type Span, type Wanted } from './cloudwatch-data.ts';

type Deps = {
  readonly client: CloudWatchClient;
  readonly now: Clock;
  /** Of an interval of `counts`; CloudWatch knows 1, 5, 10, 30 and multiples of 60, and keeps Lambda's by the minute. */
  readonly periodSeconds: number;
  /** From the end of an interval until it counts as closed: more than a call may last and CloudWatch may be late. */
  readonly lagSeconds: number;
};
type Dimensions = Wanted['dimensions'];

/** A client for this container. */
export const cloudWatchClient = (): CloudWatchClient => new CloudWatchClient(CLIENT_SETTINGS);

// Counts over long windows need no minutes: their ends are then whole five minutes or hours.
const COARSER = [
  { above: 48 * 3600, factor: 60 },
  { above: 3 * 3600, factor: 5 },
];
/** The E12 series from 1 ms to Lambda's longest run: 12 thresholds a decade, each about 21 % above the last. */
const CANDIDATES = [1, 10, 100, 1000, 10_000, 100_000].flatMap((decade) =>
  [1, 1.2, 1.5, 1.8, 2.2, 2.7, 3.3, 3.9, 4.7, 5.6, 6.8, 8.2].map((step) => Math.round(step * decade)),
);
const THRESHOLDS = [...new Set(CANDIDATES)];

/**
 * Counts of a Lambda alias in CloudWatch. An arm is what the alias sent to one version: FunctionName, Resource
 * `function:alias` and ExecutedVersion. CloudWatch counts nothing at a threshold, so "slower than" is Invocations times
 * the rest of the percentile rank `PR(:ms)` of Duration (the percentage at or below), rounded to a whole request.
 */
export function cloudWatchMetrics(deps: Deps): Metrics {
  return {
    counts: async (target, window) => {
      const span = spanOf(deps, window, 1);
      const [canary, baseline] = [target.canary, target.baseline].map(
        (version) => [...aliasOf(target), ['ExecutedVersion', version]] as const,
      );
      if (span === undefined || canary === undefined || baseline === undefined) return [];
      const wanted = [
        ...wantedOf('canary', canary, window.thresholds),
        ...wantedOf('baseline', baseline, window.thresholds),
      ];
      const found = await readSeries(deps, wanted, span);
      return startsOf(span).flatMap((start) => intervalOf(deps, found, { start, span, window }));
    },
    total: (target, window) => total(deps, target, window),
    idle: (target, window) => idle(deps, target, window),
    thresholds: async (target, window) => {
      const arms = await armsOf(deps, target, { ...window, thresholds: THRESHOLDS });
      const counts = sumOf(arms?.whole ?? []);
      // A minute may lack one of so many ranks: a quantile is of the minutes that are whole, where most of the calls are theirs.
      return arms === undefined || counts === undefined || counts.n * 2 < arms.calls
        ? undefined
        : quantile(counts);
    },
    // a percentile rank is asked for at any
    edge: async (_target, _window, ms) => ms,
  };
}

async function total(
  deps: Deps,
  target: MeasuredTarget,
  window: MetricsWindow,
): Promise<ArmCounts | undefined> {
  const arms = await armsOf(deps, target, window);
  // A sum that leaves out what is not whole would be no sum.
  return arms === undefined || arms.whole.length < arms.measured ? undefined : sumOf(arms.whole);
}

type Arms = {
  /** Intervals in which anything was called, and their calls. */
  readonly measured: number;
  readonly calls: number;
  /** Those of which every statistic is there. */
  readonly whole: readonly ArmCounts[];
};

async function armsOf(deps: Deps, target: MeasuredTarget, window: MetricsWindow): Promise<Arms | undefined> {
  const span = wholeSpanOf(deps, window);
  if (span === undefined) return undefined;
  const wanted = wantedOf('all', aliasOf(target), window.thresholds);
  const found = await readSeries(deps, wanted, span);
  const measured = found.get('all/n') ?? new Map<number, number>();
  return {
    measured: measured.size,
    calls: [...measured.values()].reduce((sum, calls) => sum + calls, 0),
    whole: [...measured.keys()].flatMap((start) => armAt(found, 'all', start, window.thresholds) ?? []),
  };
}

/**
 * CloudWatch writes a point of Invocations only for a minute in which something was called. So nothing was asked where it
 * answers whole, for every statistic that was asked for, without a single point: neither a call nor a call that Lambda
 * turned away, which is a throttle and no invocation. It cannot be told apart from counts that CloudWatch has lost, nor from
 * callers that do not get as far as Lambda: whoever asks must have seen the alias counted in a longer window.
 */
async function idle(
  deps: Deps,
  target: MeasuredTarget,
  window: { readonly from: string; readonly to: string },
): Promise<boolean> {
  const span = wholeSpanOf(deps, window);
  if (span === undefined) return false;
  const alias = aliasOf(target);
  const ofFunction = alias.filter(([name]) => name === 'FunctionName');
  const wanted: readonly Wanted[] = [
    { key: 'n', metric: 'Invocations', stat: 'Sum', dimensions: alias },
    { key: 'errors', metric: 'Errors', stat: 'Sum', dimensions: alias },
    { key: 'throttled', metric: 'Throttles', stat: 'Sum', dimensions: ofFunction },
  ];
  const found = await readSeries(deps, wanted, span);
  const values = (key: string) => [...(found.get(key)?.values() ?? [Number.NaN])];
  // Lambda may write a 0 of throttles beside calls of another alias.
  return (
    [...values('n'), ...values('errors')].length === 0 && values('throttled').every((each) => each === 0)
  );
}

/** Longer windows in coarser intervals. */
function wholeSpanOf(deps: Deps, window: { readonly from: string; readonly to: string }): Span | undefined {
  const seconds = (millis(window.to) - millis(window.from)) / 1000;
  const scale = deps.periodSeconds / 60;
  return spanOf(deps, window, COARSER.find(({ above }) => seconds > above * scale)?.factor ?? 1);
}

/** The closed intervals within a window; undefined when there is none. */
function spanOf(
  { now, periodSeconds, lagSeconds }: Deps,
  { from, to }: { readonly from: string; readonly to: string },
  factor: number,
): Span | undefined {
  const period = periodSeconds * factor * 1000;
  const start = Math.ceil(millis(from) / period) * period;
  const end = Math.floor(Math.min(millis(to), now() - lagSeconds * 1000) / period) * period;
  return start < end ? { start, end, period } : undefined;
}

function startsOf({ start, end, period }: Span): readonly number[] {
  return Array.from({ length: (end - start) / period }, (_, index) => start + index * period);
}

function aliasOf(target: MeasuredTarget): Dimensions {
  if (target.platform !== 'lambda')
    throw new Fault('InvalidInput', `CloudWatch counts calls of functions, and ${target.service} is none`);
  return [
    ['FunctionName', target.function],
    ['Resource', `${target.function}:${target.alias}`],
  ];
}

function wantedOf(arm: string, dimensions: Dimensions, thresholds: readonly number[]): readonly Wanted[] {
  return [
    { key: `${arm}/n`, metric: 'Invocations', stat: 'Sum', dimensions },
    { key: `${arm}/errors`, metric: 'Errors', stat: 'Sum', dimensions },
    ...thresholds.map(
      (ms): Wanted => ({ key: `${arm}/${ms}`, metric: 'Duration', stat: `PR(:${ms})`, dimensions }),
    ),
  ];
}

function intervalOf(
  { lagSeconds }: Deps,
  found: ReadonlyMap<string, Series>,
  { start, span, window }: { readonly start: number; readonly span: Span; readonly window: MetricsWindow },
): readonly IntervalCounts[] {
  const canary = armAt(found, 'canary', start, window.thresholds);
  const baseline = armAt(found, 'baseline', start, window.thresholds);
  if (canary === undefined && baseline === undefined) return [];
  const end = start + span.period;
  return [
    {
      intervalId: `${isoTime(start)}/${span.period / 1000}s`,
      start: isoTime(start),
      end: isoTime(end),
      watermark: isoTime(end + lagSeconds * 1000),
      arms: { ...(canary !== undefined && { canary }), ...(baseline !== undefined && { baseline }) },
    },
  ];
}
