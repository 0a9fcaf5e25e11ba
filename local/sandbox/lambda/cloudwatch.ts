import { Refused } from './functions.ts';
import type { Counted, Measured } from './measured.ts';

/** down: errors. partial: it says that its answer is not whole. silent: it has no data. */
export type CloudWatchMood = 'well' | 'down' | 'partial' | 'silent';

type Json = Readonly<Record<string, unknown>>;
type Query = {
  readonly id: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly period: number;
  readonly stat: string;
};
type Options = {
  readonly measured: Measured;
  readonly mood: () => CloudWatchMood;
  /** Above 1, minutes are shorter: any whole number of seconds is a period then. */
  readonly speed: number;
};

const MOST_QUERIES = 500;

/** CloudWatch's GetMetricData over what was measured: input and output as AWS JSON 1.0 carries them (epoch seconds). */
export function getMetricData({ measured, mood, speed }: Options, input: Json): Json {
  if (mood() === 'down') throw new Refused('InternalServiceFault', 'the sandbox was told to fail', 500);
  const from = Number(input.StartTime) * 1000;
  const to = Number(input.EndTime) * 1000;
  if (!(from < to)) invalid('StartTime must be before EndTime');
  const queries = (Array.isArray(input.MetricDataQueries) ? input.MetricDataQueries : []).map(queryOf);
  if (queries.length === 0 || queries.length > MOST_QUERIES)
    invalid('between 1 and 500 queries are answered');
  const results = queries.map((query) => {
    const { id, metric, period, stat } = query;
    if (!isPeriod(period, speed)) invalid(`${period} is no period`);
    const points = mood() === 'silent' ? [] : pointsOf(measured, query, from, to);
    return {
      ...{ Id: id, Label: `${metric} ${stat}` },
      Timestamps: points.map(({ at }) => at / 1000),
      Values: points.map(({ value }) => value),
      StatusCode: mood() === 'partial' ? 'PartialData' : 'Complete',
    };
  });
  return { MetricDataResults: results, Messages: [] };
}

function isPeriod(period: number, speed: number): boolean {
  if (!Number.isInteger(period) || period < 1) return false;
  return speed > 1 || [1, 5, 10, 30].includes(period) || period % 60 === 0;
}

function pointsOf(
  measured: Measured,
  { metric, dimensions, period, stat }: Query,
  from: number,
  to: number,
): readonly { readonly at: number; readonly value: number }[] {
  const step = period * 1000;
  const since = measured.since(dimensions);
  if (since === undefined) return [];
  const first = Math.floor(Math.max(from, since) / step) * step;
  const starts = Array.from(
    { length: Math.max(0, Math.ceil((to - first) / step)) },
    (_, index) => first + index * step,
  );
  return starts.flatMap((at) => {
    const counted = measured.between(dimensions, at, at + step);
    // Nothing was called: there is no point, and no 0.
    return counted.durations.length === 0 ? [] : [{ at, value: statistic(metric, stat, counted) }];
  });
}

function statistic(metric: string, stat: string, { errors, durations }: Counted): number {
  if (stat === 'SampleCount') return durations.length;
  if (metric === 'Invocations' && stat === 'Sum') return durations.length;
  if (metric === 'Errors' && stat === 'Sum') return errors;
  if (metric === 'Throttles' && stat === 'Sum') return 0;
  if (metric === 'Duration') return duration(stat, durations);
  return invalid(`${stat} of ${metric} is not measured here`);
}

function duration(stat: string, durations: readonly number[]): number {
  const sum = durations.reduce((total, each) => total + each, 0);
  if (stat === 'Sum') return sum;
  if (stat === 'Average') return sum / durations.length;
  if (stat === 'Maximum') return durations.reduce((most, each) => Math.max(most, each), 0);
  const [, share] = /^p(\d+(?:\.\d+)?)$/.exec(stat) ?? [];
  if (share !== undefined) {
    const sorted = durations.toSorted((left, right) => left - right);
    return sorted[Math.max(0, Math.ceil((Number(share) / 100) * sorted.length) - 1)] ?? 0;
  }
  // Percentile rank: exclusive below, inclusive above.
  const [, bound] = /^PR\(:(\d+(?:\.\d+)?)\)$/.exec(stat) ?? [];
  if (bound === undefined) return invalid(`the statistic ${stat} is not known`);
  return (100 * durations.filter((each) => each <= Number(bound)).length) / durations.length;
}

function queryOf(given: unknown): Query {
  const { Id, MetricStat } = record(given);
  const { Metric, Period, Stat } = record(MetricStat);
  const { Namespace, MetricName, Dimensions } = record(Metric);
  if (Namespace !== 'AWS/Lambda') invalid(`nothing is measured in ${String(Namespace)}`);
  const dimensions = (Array.isArray(Dimensions) ? Dimensions : []).map((each) => {
    const { Name, Value } = record(each);
    return [String(Name), String(Value)] as const;
  });
  return {
    ...{ id: String(Id), metric: String(MetricName), period: Number(Period), stat: String(Stat) },
    dimensions: Object.fromEntries(dimensions),
  };
}

function record(given: unknown): Json {
  return typeof given === 'object' && given !== null ? (given as Json) : {};
}

function invalid(text: string): never {
  throw new Refused('InvalidParameterValueException', text);
}
