import { Logger } from '@aws-lambda-powertools/logger';
import { type Clock, millis, redactText } from '../../shared/kernel/index.ts';
import type { Meter } from '../../shared/ports/meter.ts';
import { once } from './environment.ts';
import { clock } from './world.ts';

const NAMESPACE = 'Holdfast';

/**
 * Structured lines. Whole events and secrets are never handed to it; what an outside system put into a message is
 * redacted as in a decision.
 */
export const logger = new Logger({
  serviceName: 'holdfast',
  jsonReplacerFn: (_name, value) => (typeof value === 'string' ? redactText(value) : value),
});

/**
 * Metrics as lines in the log, in CloudWatch's embedded metric format. By hand, since a library's object for each metric
 * took a tenth of what a webhook costs (ADR 0009).
 */
export const meter = once((): Meter => meterBy(clock));

/** A meter whose metrics carry the time of the fact, which is told later. CloudWatch takes what is up to two weeks old. */
export function meterAt(isoTime: string): Meter {
  return meterBy(() => millis(isoTime));
}

function meterBy(time: Clock): Meter {
  return {
    count: (metric, dimensions = {}) => emit(time, metric, 1, dimensions),
    measure: (metric, value, dimensions = {}) => emit(time, metric, value, dimensions),
  };
}

type Dimensions = Readonly<Record<string, string>>;

function emit(time: Clock, metric: string, value: number, dimensions: Dimensions): void {
  const declared = {
    Namespace: NAMESPACE,
    Dimensions: dimensionSets(Object.keys(dimensions)),
    // The unit is in the name, as Prometheus has it.
    Metrics: [{ Name: metric, Unit: metric.endsWith('_seconds') ? 'Seconds' : 'Count' }],
  };
  const line = {
    ...dimensions,
    [metric]: value,
    _aws: { Timestamp: time(), CloudWatchMetrics: [declared] },
  };
  // Lambda writes a prefix before what console.log says; CloudWatch reads only lines that are JSON whole.
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

const PLACE: readonly string[] = ['service', 'environment'];

/**
 * What a metric can be asked by. CloudWatch knows a metric only under exactly the dimensions it was written with, and
 * alarms do not roll up: so without any, by environment (its limits differ), by place, by its own labels, and by all.
 */
function dimensionSets(names: readonly string[]): readonly (readonly string[])[] {
  const place = names.filter((name) => PLACE.includes(name));
  const labels = names.filter((name) => !PLACE.includes(name));
  const environment = place.filter((name) => name === 'environment');
  const sets = [[], environment, place, labels, names];
  return [...new Map(sets.map((set) => [set.join(), set])).values()];
}
