import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Meter } from '../../shared/ports/meter.ts';
import { once } from './environment.ts';

/** Structured lines. Whole events and secrets are never handed to it. */
export const logger = new Logger({ serviceName: 'holdfast' });

/**
 * Metrics as lines in the log (EMF), namespace Holdfast. Each is written with its dimensions and without any:
 * alarms do not roll up over dimensions.
 */
export const meter = once((): Meter => {
  const metrics = new Metrics({ namespace: 'Holdfast', serviceName: 'holdfast', logger });
  const emit = (
    metric: string,
    unit: (typeof MetricUnit)[keyof typeof MetricUnit],
    value: number,
    dimensions: Readonly<Record<string, string>>,
  ) => {
    const line = metrics.singleMetric();
    line.clearDefaultDimensions(); // Powertools' own `service` would hide ours
    line.addDimensions({});
    if (Object.keys(dimensions).length > 0) line.addDimensions({ ...dimensions });
    line.addMetric(metric, unit, value);
  };
  return {
    count: (metric, dimensions = {}) => emit(metric, MetricUnit.Count, 1, dimensions),
    measure: (metric, seconds, dimensions = {}) => emit(metric, MetricUnit.Seconds, seconds, dimensions),
  };
});
