import { type Clock, millis } from '../../kernel/time.ts';
import type { MeasuredTarget, MetricsWindow } from '../../ports/metrics.ts';
import type { JsonEndpoint } from '../read-json.ts';
import { durationOf, queryRange, quoted } from './range-query.ts';

type Config = JsonEndpoint & { readonly now: Clock; readonly lagSeconds: number };

/** A counter that is scraped and does not move has an increase of 0; one that is not there has none. */
export async function prometheusIdle(
  config: Config,
  { service, environment }: MeasuredTarget,
  { from, to }: Omit<MetricsWindow, 'thresholds'>,
): Promise<boolean> {
  const end = Math.min(millis(to), config.now() - config.lagSeconds * 1000);
  const step = end - millis(from);
  if (!(step > 0)) return false;
  const matchers = `service=${quoted(service)},environment=${quoted(environment)}`;
  const query = `sum(increase(http_requests_total{${matchers}}[${durationOf(step)}]))`;
  const lines = await queryRange(config, query, { start: end, end, step });
  return lines.length > 0 && lines.every(({ values }) => values.get(end) === 0);
}
