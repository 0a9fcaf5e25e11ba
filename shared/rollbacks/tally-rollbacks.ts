import { millis } from '../kernel/index.ts';
import type { Meter } from '../ports/meter.ts';
import { ABORT_REASONS, isViolation, METRICS, VIOLABLE } from './contract.ts';
import { measureRollbackEvent, type RollbackEventDetail } from './measure-rollbacks.ts';

/** Upper bounds in seconds: fine where a rollback by itself ends, and up to the four hours that people have. */
export const TIME_BUCKETS = [15, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 14_400] as const;

/** What can be counted from events alone, with its one label besides the place. The rest is in CloudWatch. */
export const TALLIED_COUNTERS = [
  { name: METRICS.detected },
  { name: METRICS.proposed, label: 'success', values: ['true', 'false'] },
  { name: METRICS.merged, label: 'auto', values: ['true', 'false'] },
  { name: METRICS.aborted, label: 'reason', values: ABORT_REASONS },
  { name: METRICS.violations, label: 'invariant', values: VIOLABLE },
  { name: METRICS.recovered },
  { name: METRICS.paged },
] as const satisfies readonly TalliedCounter[];
/** The same of a search, which is cut off at 120 s. */
const SEARCH_BUCKETS = [1, 2, 5, 10, 30, 60, 120] as const;

export const TALLIED_TIMES = [
  { name: METRICS.timeToDetect, bounds: TIME_BUCKETS },
  { name: METRICS.timeToMitigate, bounds: TIME_BUCKETS },
  { name: METRICS.timeToRecover, bounds: TIME_BUCKETS },
  { name: METRICS.candidateSearch, bounds: SEARCH_BUCKETS },
] as const satisfies readonly TalliedTime[];

/** The value of a label that an event does not tell. */
export const UNKNOWN = 'unknown';

/** Seconds; the bounds are the upper ones of its buckets, ascending. */
export type TalliedTime = { readonly name: string; readonly bounds: readonly number[] };

export type TalliedCounter = {
  readonly name: string;
  readonly label?: string;
  /** They stand at 0 from the start: a rate cannot see a series be born. */
  readonly values?: readonly string[];
};

/** Keys of the sums: of a counter, of one bucket of a histogram, of its sum. */
export const seriesKey = {
  counter: (name: string, value = '') => `${name}|${value}`,
  bucket: (name: string, bound: number) => `${name}|le|${bound}`,
  sum: (name: string) => `${name}|sum`,
};

/**
 * What an event adds to the sums of its place: nothing for most. The same measures as the log has, and those that the log
 * has from where they happen.
 */
export function tallyOf(type: string, detail: RollbackEventDetail): Readonly<Record<string, number>> {
  const amounts: Record<string, number> = {};
  const meter: Meter = {
    count: (metric, dimensions = {}) => {
      const counter: TalliedCounter | undefined = TALLIED_COUNTERS.find(({ name }) => name === metric);
      if (counter === undefined) return;
      amounts[seriesKey.counter(metric, labelValue(counter, dimensions))] = 1;
    },
    measure: (metric, seconds) => {
      const time: TalliedTime | undefined = TALLIED_TIMES.find(({ name }) => name === metric);
      if (time === undefined) return;
      const bound = time.bounds.find((each) => seconds <= each) ?? Number.POSITIVE_INFINITY;
      amounts[seriesKey.bucket(metric, bound)] = 1;
      amounts[seriesKey.sum(metric)] = seconds;
    },
  };
  measureRollbackEvent(meter, type, detail);
  countWhereItHappened(meter, type, detail);
  return amounts;
}

/** As many series as are known here, whatever an event says. */
function labelValue(
  { label, values = [] }: TalliedCounter,
  dimensions: Readonly<Record<string, string>>,
): string {
  if (label === undefined) return '';
  const value = dimensions[label] ?? UNKNOWN;
  return values.includes(value) ? value : UNKNOWN;
}

/** Counted in the log by the step itself, which an event follows. */
function countWhereItHappened(meter: Meter, type: string, { data }: RollbackEventDetail): void {
  if (type === 'DegradationDetected') meter.count(METRICS.detected);
  if (type === 'PullRequestOpened') meter.count(METRICS.proposed, { success: 'true' });
  if (type === 'PullRequestFailed') meter.count(METRICS.proposed, { success: 'false' });
  if (type === 'MergeCompleted' && data.auto !== undefined)
    meter.count(METRICS.merged, { auto: String(data.auto) });
  const { confirmed, candidate } = data.times ?? {};
  if (type === 'RollbackEnded' && confirmed !== undefined && candidate !== undefined)
    meter.measure(METRICS.candidateSearch, (millis(candidate) - millis(confirmed)) / 1000);
  if (type !== 'InvariantsEvaluated') return;
  const failed = (data.results ?? []).filter(({ result }) => result === 'fail').map(({ id }) => id);
  for (const invariant of failed.filter(isViolation)) meter.count(METRICS.violations, { invariant });
}
