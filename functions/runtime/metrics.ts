import { cloudWatchClient, cloudWatchMetrics } from '../../shared/adapters/aws/cloudwatch-metrics.ts';
import { prometheusMetrics } from '../../shared/adapters/prometheus/prometheus-metrics.ts';
import { prometheusSlo } from '../../shared/adapters/prometheus/prometheus-slo.ts';
import type { JsonEndpoint } from '../../shared/adapters/read-json.ts';
import { type SloCounts, sloFromMetrics } from '../../shared/policies/index.ts';
import type { MeasuredTarget, Metrics } from '../../shared/ports/metrics.ts';
import { environmentOf, readService } from '../../shared/services/index.ts';
import { once, optional, required, timeFactor } from './environment.ts';
import { meter } from './observe.ts';
import { integrationSecrets } from './secrets.ts';
import { store } from './store.ts';
import { timed } from './timed-port.ts';
import { clock } from './world.ts';

/** Lambda's counts are by the minute. */
const PERIOD_SECONDS = 60;
/** CloudWatch has most of a minute's counts after one, and a call is counted where it began: docs/integrations/lambda.md. */
const CLOUDWATCH_LAG_SECONDS = 150;
/** Two scrapes of half a minute. */
const PROMETHEUS_LAG_SECONDS = 60;

/** Counts of functions from CloudWatch, or from Prometheus where LAMBDA_METRICS says so; of anything else from Prometheus. */
export const metrics = once((): Metrics => {
  const ofFunctions = optional('LAMBDA_METRICS', 'cloudwatch') === 'prometheus' ? prometheus() : cloudWatch();
  const of = ({ platform }: MeasuredTarget) => (platform === 'lambda' ? ofFunctions : prometheus());
  return {
    counts: (target, window) => of(target).counts(target, window),
    total: (target, window) => of(target).total(target, window),
    idle: (target, window) => of(target).idle(target, window),
    thresholds: (target, window) => of(target).thresholds(target, window),
    edge: (target, window, ms) => of(target).edge(target, window, ms),
  };
});

/** What SLOs are counted by, from where the place's platform is measured. */
export const sloCounts = once(
  (): SloCounts => async (target, windows, at) => {
    const { service, environment } = target;
    const place = environmentOf(await readService({ store: store() }, service), environment);
    if (place?.platform !== 'lambda') return prometheusSlo(endpoint())(target, windows, at);
    return sloFromMetrics(metrics(), { ...place, service, environment })(target, windows, at);
  },
);

const cloudWatch = once(() => {
  const client = cloudWatchClient();
  return measured(cloudWatchMetrics({ client, now: clock, ...scaled(CLOUDWATCH_LAG_SECONDS) }));
});

const prometheus = once(() =>
  measured(prometheusMetrics({ ...endpoint(), now: clock, ...scaled(PROMETHEUS_LAG_SECONDS) })),
);

/** Intervals and delays are waits: the laptop's are shorter, in whole seconds. */
function scaled(lagSeconds: number) {
  const factor = timeFactor();
  const seconds = (real: number) => Math.max(1, Math.round(real / factor));
  return { periodSeconds: seconds(PERIOD_SECONDS), lagSeconds: seconds(lagSeconds) };
}

function endpoint(): JsonEndpoint {
  return {
    baseUrl: required('PROMETHEUS_URL'),
    token: async () => (await integrationSecrets()('prometheus'))[0],
  };
}

function measured(port: Metrics): Metrics {
  return timed('metrics', port, { clock, meter: meter() });
}
