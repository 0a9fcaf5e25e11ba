import * as z from 'zod';

/** One metric as an alarm names it: CloudWatch knows it only under exactly these dimensions. */
export type MetricName = {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
};
export type Watched = MetricName & { readonly stat: string; readonly period: number };
/** A value that was put; `age` is how many seconds ago. */
export type Sample = { readonly metric: MetricName; readonly age: number; readonly value: number };
type AlarmState = 'OK' | 'ALARM';

const Dimensions = z.array(z.object({ Name: z.string(), Value: z.unknown() })).default([]);
const Query = z.object({
  Id: z.string(),
  Expression: z.string().optional(),
  MetricStat: z
    .object({
      Metric: z.object({ Namespace: z.string(), MetricName: z.string(), Dimensions }),
      Period: z.int(),
      Stat: z.string(),
    })
    .optional(),
  ReturnData: z.boolean().default(true),
});
/** Alarms as they are evaluated here; what else a template asks for is refused rather than left out. */
const AlarmProperties = z.strictObject({
  AlarmName: z.string(),
  AlarmDescription: z.string(),
  AlarmActions: z.unknown().optional(),
  ComparisonOperator: z.enum(['GreaterThanThreshold', 'LessThanThreshold']),
  Threshold: z.number(),
  EvaluationPeriods: z.int().min(1),
  DatapointsToAlarm: z.int().optional(),
  TreatMissingData: z.enum(['breaching', 'notBreaching']),
  Namespace: z.string().optional(),
  MetricName: z.string().optional(),
  Dimensions,
  Period: z.int().optional(),
  Statistic: z.string().optional(),
  ExtendedStatistic: z.string().optional(),
  Metrics: z.array(Query).optional(),
});
export type AlarmProperties = z.infer<typeof AlarmProperties>;

export function alarmOf(properties: unknown): AlarmProperties {
  return AlarmProperties.parse(properties);
}

/** Every metric that an alarm looks at. */
export function watchedBy(alarm: AlarmProperties): readonly Watched[] {
  return [...inputsOf(alarm).values()];
}

function inputsOf(alarm: AlarmProperties): ReadonlyMap<string, Watched> {
  if (alarm.Metrics === undefined) {
    const { Namespace = '', MetricName = '', Period = 0 } = alarm;
    const stat = alarm.Statistic ?? alarm.ExtendedStatistic ?? '';
    const dimensions = plainDimensions(alarm.Dimensions);
    return new Map([['m', { namespace: Namespace, name: MetricName, dimensions, stat, period: Period }]]);
  }
  return new Map(
    alarm.Metrics.flatMap(({ Id, MetricStat }) => {
      if (MetricStat === undefined) return [];
      const { Namespace, MetricName, Dimensions: given } = MetricStat.Metric;
      const dimensions = plainDimensions(given);
      const { Stat: stat, Period: period } = MetricStat;
      return [[Id, { namespace: Namespace, name: MetricName, dimensions, stat, period }] as const];
    }),
  );
}

function plainDimensions(given: z.infer<typeof Dimensions>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    given.map(({ Name, Value }) => [Name, typeof Value === 'string' ? Value : JSON.stringify(Value)]),
  );
}

/** CloudWatch looks at more periods than it evaluates, so that a late data point is no gap; its documentation's example takes two more. */
const LOOKED_BACK_FURTHER = 2;

/**
 * The state CloudWatch comes to, as its pages on evaluating alarms and on missing data say: the newest real data points of
 * the range count first, gaps are filled only as far as real ones are too few, and the state is ALARM when at least
 * DatapointsToAlarm (all, unless given) breach.
 */
export function alarmState(alarm: AlarmProperties, samples: readonly Sample[]): AlarmState {
  const { EvaluationPeriods: wanted, DatapointsToAlarm: needed = wanted, Threshold } = alarm;
  const range = dataPoints(alarm, samples, wanted + LOOKED_BACK_FURTHER);
  const real = range.filter((value) => value !== undefined).slice(0, wanted);
  const breaching = real.filter((value) =>
    alarm.ComparisonOperator === 'GreaterThanThreshold' ? value > Threshold : value < Threshold,
  ).length;
  const filled = alarm.TreatMissingData === 'breaching' ? wanted - real.length : 0;
  return breaching + filled >= needed ? 'ALARM' : 'OK';
}

/** Newest first; undefined where there is none. */
function dataPoints(
  alarm: AlarmProperties,
  samples: readonly Sample[],
  count: number,
): readonly (number | undefined)[] {
  const series = new Map(
    [...inputsOf(alarm)].map(([id, watched]) => [id, seriesOf(watched, samples, count)] as const),
  );
  const shown = alarm.Metrics?.find((query) => query.ReturnData);
  if (alarm.Metrics === undefined) return series.get('m') ?? [];
  if (shown?.Expression === undefined) return series.get(shown?.Id ?? '') ?? [];
  return sumOfFilled(shown.Expression, series, count);
}

function seriesOf(
  watched: Watched,
  samples: readonly Sample[],
  count: number,
): readonly (number | undefined)[] {
  const own = samples.filter(({ metric }) => isSame(metric, watched));
  return Array.from({ length: count }, (_, index) => {
    const period = own.filter(({ age }) => Math.floor(age / watched.period) === index);
    return statistic(
      watched.stat,
      period.map(({ value }) => value),
    );
  });
}

function isSame(a: MetricName, b: MetricName): boolean {
  const dimensions = (metric: MetricName) => JSON.stringify(Object.entries(metric.dimensions).sort());
  return a.namespace === b.namespace && a.name === b.name && dimensions(a) === dimensions(b);
}

function statistic(stat: string, values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  if (stat === 'Sum') return values.reduce((sum, value) => sum + value, 0);
  if (stat === 'Maximum') return Math.max(...values);
  const percentile = /^p(\d+(?:\.\d+)?)$/.exec(stat)?.[1];
  if (percentile === undefined) throw new Error(`the statistic ${stat} is not evaluated here`);
  // By nearest rank; CloudWatch interpolates between the two neighbours, which no test here lies between.
  return values.toSorted((a, b) => a - b)[Math.ceil((Number(percentile) / 100) * values.length) - 1];
}

/** The one form of metric math our alarms use: a sum of metrics whose gaps are 0. Where no metric has any data, there is nothing to fill. */
function sumOfFilled(
  expression: string,
  series: ReadonlyMap<string, readonly (number | undefined)[]>,
  count: number,
): readonly (number | undefined)[] {
  const terms = expression.split(' + ').map((term) => {
    const id = /^FILL\((\w+), 0\)$/.exec(term)?.[1];
    const values = id === undefined ? undefined : series.get(id);
    if (values === undefined) throw new Error(`the expression ${expression} is not evaluated here`);
    return values;
  });
  const empty = terms.every((values) => values.every((value) => value === undefined));
  return Array.from({ length: count }, (_, index) =>
    empty ? undefined : terms.reduce((sum, values) => sum + (values[index] ?? 0), 0),
  );
}
