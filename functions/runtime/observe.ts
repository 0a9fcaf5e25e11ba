import { Logger } from '@aws-lambda-powertools/logger';
import type { Meter } from '../../shared/ports/meter.ts';
import { once } from './environment.ts';
import { clock } from './world.ts';

const NAMESPACE = 'Holdfast';

/** Structured lines. Whole events and secrets are never handed to it. */
export const logger = new Logger({ serviceName: 'holdfast' });

/**
 * Metrics as lines in the log, in CloudWatch's embedded metric format. Each is written with its dimensions and without
 * any: alarms do not roll up over dimensions. By hand, since a library's object for each metric took a tenth of what a
 * webhook costs (ADR 0009).
 */
export const meter = once(
  (): Meter => ({
    count: (metric, dimensions = {}) => emit({ metric, unit: 'Count', value: 1, dimensions }),
    measure: (metric, seconds, dimensions = {}) =>
      emit({ metric, unit: 'Seconds', value: seconds, dimensions }),
  }),
);

type Measured = {
  readonly metric: string;
  readonly unit: 'Count' | 'Seconds';
  readonly value: number;
  readonly dimensions: Readonly<Record<string, string>>;
};

function emit({ metric, unit, value, dimensions }: Measured): void {
  const names = Object.keys(dimensions);
  const declared = {
    Namespace: NAMESPACE,
    Dimensions: names.length === 0 ? [[]] : [[], names],
    Metrics: [{ Name: metric, Unit: unit }],
  };
  const line = {
    ...dimensions,
    [metric]: value,
    _aws: { Timestamp: clock(), CloudWatchMetrics: [declared] },
  };
  // Lambda writes a prefix before what console.log says; CloudWatch reads only lines that are JSON whole.
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
