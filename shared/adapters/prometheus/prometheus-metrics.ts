import { Fault } from '../../kernel/fault.ts';
import { type Clock, isoTime, millis } from '../../kernel/time.ts';
import type {
  ArmCounts,
  IntervalCounts,
  MeasuredTarget,
  Metrics,
  MetricsWindow,
} from '../../ports/metrics.ts';
import { quantile } from '../arm-counts.ts';
import { clockWithin } from '../provider-clock.ts';
import type { JsonEndpoint } from '../read-json.ts';
import { prometheusIdle } from './prometheus-idle.ts';
import { durationOf, type Line, literally, queryRange, quoted, type Steps } from './range-query.ts';

type Config = JsonEndpoint & {
  readonly now: Clock;
  /** Of an interval of `counts`: at least four scrapes. */
  readonly periodSeconds: number;
  /** From the end of an interval until it counts as closed: more than a scrape may be late. */
  readonly lagSeconds: number;
  /** The label that carries what the target calls canary and baseline. */
  readonly versionLabel?: string;
};

const ALL = '';
const HIGHEST = '+Inf';
const NEAREST = 2;

/**
 * Counts in Prometheus, from `http_requests_total{service,environment,version,code}` and the classic histogram
 * `http_request_duration_seconds`. An interval is what `increase()` gives over exactly its length at exactly its end.
 * Counts come rounded: `increase()` extrapolates. A threshold must be an edge of the histogram, so that nothing is
 * interpolated.
 */
export function prometheusMetrics(given: Config): Metrics {
  const config = { ...given, clock: clockWithin(given.now, given.lagSeconds) };
  const label = config.versionLabel ?? 'version';
  return {
    counts: async (target, window) => {
      const steps = stepsOf(config, window);
      if (steps === undefined) return [];
      const versions = [target.canary, target.baseline].map(literally).join('|');
      const about = { target, label, more: `,${label}=~${quoted(versions)}`, every: steps.step };
      const read = await readAll(config, about, steps, window.thresholds);
      const ends = timesOf(steps);
      return ends.flatMap((end) =>
        intervalOf(config, end, read(target.canary, end), read(target.baseline, end)),
      );
    },
    total: (target, window) => total(config, target, window),
    idle: (target, window) => prometheusIdle(config, target, window),
    thresholds: async (target, window) => {
      const counts = await total(config, target, { ...window, thresholds: 'edges' });
      return counts === undefined ? undefined : quantile(counts);
    },
    edge: async (target, window, ms) => {
      const counts = await total(config, target, { ...window, thresholds: 'edges' });
      const edges = Object.keys(counts?.slowerThan ?? {}).map(Number);
      return edges.toSorted((left, right) => left - right).find((edge) => edge >= ms);
    },
  };
}

type Thresholds = MetricsWindow['thresholds'] | 'edges';
type Reader = (version: string, end: number) => ArmCounts | undefined;
type About = {
  readonly target: MeasuredTarget;
  readonly label?: string;
  readonly more: string;
  readonly every: number;
};

async function total(
  config: Config,
  target: MeasuredTarget,
  { from, to, thresholds }: Omit<MetricsWindow, 'thresholds'> & { readonly thresholds: Thresholds },
): Promise<ArmCounts | undefined> {
  const end = Math.min(millis(to), config.now() - config.lagSeconds * 1000);
  const step = end - millis(from);
  if (!(step > 0)) return undefined;
  const read = await readAll(
    config,
    { target, more: '', every: step },
    { start: end, end, step },
    thresholds,
  );
  return read(ALL, end);
}

/** Reads requests, failures and the histogram of every arm. Throws Fault InvalidInput for a threshold that is no edge. */
async function readAll(
  config: Config,
  { target, label, more, every }: About,
  steps: Steps,
  thresholds: Thresholds,
): Promise<Reader> {
  const { service, environment } = target;
  const matchers = `service=${quoted(service)},environment=${quoted(environment)}${more}`;
  const sum = (by: readonly string[], metric: string, only = '') =>
    queryRange(
      config,
      `sum by (${by.join(',')}) (increase(${metric}{${matchers}${only}}[${durationOf(every)}]))`,
      steps,
    );
  const arm = label === undefined ? [] : [label];
  const [requests, failures, buckets] = await Promise.all([
    sum(arm, 'http_requests_total'),
    sum(arm, 'http_requests_total', ',code=~"5.."'),
    thresholds.length === 0 ? [] : sum([...arm, 'le'], 'http_request_duration_seconds_bucket'),
  ]);
  const wanted = edgesOf(buckets, thresholds);
  const mine = (lines: readonly Line[], version: string) =>
    lines.filter(({ labels }) => label === undefined || labels[label] === version);
  return (version, end) => {
    const bucket = (le: string) =>
      mine(buckets, version)
        .find(({ labels }) => labels.le === le)
        ?.values.get(end);
    const [all] = mine(requests, version);
    const n = all?.values.get(end);
    // A series of failures begins with the first one: where requests were counted, none is 0.
    const errors = mine(failures, version)[0]?.values.get(end) ?? 0;
    return armOf(n, errors, wanted, bucket);
  };
}

type Edge = { readonly ms: number; readonly le: string };

/** The edges that the thresholds are. Without any histogram nothing can be said of them: the arms are then absent. */
function edgesOf(buckets: readonly Line[], thresholds: Thresholds): readonly Edge[] {
  const les = [...new Set(buckets.map(({ labels }) => labels.le ?? ''))];
  const edges = les
    .map((le): Edge => ({ ms: Number((Number(le) * 1000).toFixed(6)), le }))
    .filter(({ ms }) => ms > 0)
    .toSorted((left, right) => left.ms - right.ms);
  if (thresholds === 'edges') return edges;
  return thresholds.map((ms) => {
    const edge = edges.find((one) => one.ms === ms);
    if (edge !== undefined || edges.length === 0) return edge ?? { ms, le: 'none' };
    const nearest = edges
      .toSorted((left, right) => Math.abs(left.ms - ms) - Math.abs(right.ms - ms))
      .slice(0, NEAREST)
      .map((one) => `${one.ms} ms`);
    throw new Fault(
      'InvalidInput',
      `${ms} ms is no edge of the histogram; the nearest are ${nearest.join(' and ')}`,
    );
  });
}

/** Undefined when something is missing or is no count. */
function armOf(
  requests: number | undefined,
  failures: number,
  wanted: readonly Edge[],
  bucket: (le: string) => number | undefined,
): ArmCounts | undefined {
  const n = Math.round(requests ?? Number.NaN);
  if (!(n > 0 && failures >= 0)) return undefined;
  const whole = wanted.length === 0 ? n : bucket(HIGHEST);
  const slowerThan = wanted.map(({ ms, le }) => {
    const slower = Math.round((whole ?? Number.NaN) - (bucket(le) ?? Number.NaN));
    // Each sum is extrapolated on its own.
    return [String(ms), Math.min(n, Math.max(0, slower))] as const;
  });
  if (slowerThan.some(([, slower]) => Number.isNaN(slower))) return undefined;
  return { n, errors: Math.min(n, Math.round(failures)), slowerThan: Object.fromEntries(slowerThan) };
}

/** The ends of the closed intervals within a window; undefined when there is none. */
function stepsOf({ now, periodSeconds, lagSeconds }: Config, { from, to }: MetricsWindow): Steps | undefined {
  const step = periodSeconds * 1000;
  const start = Math.ceil(millis(from) / step) * step + step;
  const end = Math.floor(Math.min(millis(to), now() - lagSeconds * 1000) / step) * step;
  return start <= end ? { start, end, step } : undefined;
}

function timesOf({ start, end, step }: Steps): readonly number[] {
  return Array.from({ length: (end - start) / step + 1 }, (_, index) => start + index * step);
}

function intervalOf(
  { periodSeconds, lagSeconds }: Config,
  end: number,
  canary: ArmCounts | undefined,
  baseline: ArmCounts | undefined,
): readonly IntervalCounts[] {
  if (canary === undefined && baseline === undefined) return [];
  const start = end - periodSeconds * 1000;
  return [
    {
      intervalId: `${isoTime(start)}/${periodSeconds}s`,
      start: isoTime(start),
      end: isoTime(end),
      watermark: isoTime(end + lagSeconds * 1000),
      arms: { ...(canary !== undefined && { canary }), ...(baseline !== undefined && { baseline }) },
    },
  ];
}
