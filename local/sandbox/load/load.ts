import type { Clock, Endpoints, Log } from '../deployer/types.ts';
import { listen } from '../listen.ts';
import { type Balancer, balancer, type Outcome } from './balancer.ts';
import { prometheusApi } from './prometheus.ts';
import { type Labels, type Metrics, metrics } from './series.ts';

/** An application under load: where its ready replicas are, asked before every request. */
type LoadTarget = {
  readonly name: string;
  readonly service: string;
  readonly environment: string;
  readonly endpoints: () => Endpoints;
};

export type LoadConfig = {
  /** Of the Prometheus API; 0 or absent: a free one. */
  readonly port?: number;
  /** Bearer token of the Prometheus API; absent: none is asked for. */
  readonly token?: string;
  readonly requestsPerSecond?: number;
  readonly now: Clock;
  readonly log: Log;
};

export type Load = {
  readonly prometheusUrl: string;
  /** Sends requests from the moment a replica is ready for the first time. A name that is under load already is left as it is. */
  readonly addTarget: (target: LoadTarget) => void;
  /** Counts a request that somebody else sent: its code, and how long it took. */
  readonly record: (labels: Labels, request: Pick<Outcome, 'code' | 'seconds'>) => void;
  /** Answers every query with this status until it is called without one. */
  readonly fail: (status?: 403 | 429 | 500 | 503) => void;
  readonly close: () => Promise<void>;
};

const REQUESTS_PER_SECOND = 20;
const SCRAPE_MS = 250;
const TIMEOUT_MS = 2000;
const MAX_OPEN = 60; // 20/s times the time-out, and half as much again
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]; // seconds

/** Starts the steady stream of requests and the Prometheus API over what came of them. */
export async function startLoad(config: LoadConfig): Promise<Load> {
  const { now, token } = config;
  const measured = metrics(now);
  const streams = new Map<string, { readonly stop: () => void }>();
  let failure: 403 | 429 | 500 | 503 | undefined;
  const api = prometheusApi({
    metrics: measured,
    now,
    failure: () => failure,
    ...(token !== undefined && { token }),
  });
  const listening = await listen(api.fetch, config.port ?? 0);
  const scraper = setInterval(measured.scrape, SCRAPE_MS);
  return {
    prometheusUrl: listening.url,
    addTarget: (target) => {
      if (streams.has(target.name)) return;
      streams.set(target.name, stream(config, target, measured));
    },
    record: (labels, request) => record(measured, labels, request),
    fail: (status) => {
      failure = status;
    },
    close: async () => {
      clearInterval(scraper);
      for (const each of streams.values()) each.stop();
      await listening.close();
    },
  };
}

function stream(config: LoadConfig, target: LoadTarget, measured: Metrics): { readonly stop: () => void } {
  const balanced = balancer(target.endpoints, TIMEOUT_MS);
  let open = 0;
  let sent = 0;
  // callers come when a service is there for the first time: its first start is no outage
  let begun = false;
  const timer = setInterval(
    () => {
      begun ||= target.endpoints().ready.length > 0;
      if (!begun || open >= MAX_OPEN) return;
      open += 1;
      sent += 1;
      send(balanced, `/orders/${sent}`, target, measured)
        .catch((error: unknown) => config.log(`a request to ${target.name} failed: ${error}`))
        .finally(() => {
          open -= 1;
        });
    },
    1000 / (config.requestsPerSecond ?? REQUESTS_PER_SECOND),
  );
  return {
    stop: () => {
      clearInterval(timer);
      balanced.close();
    },
  };
}

async function send(balanced: Balancer, path: string, target: LoadTarget, measured: Metrics): Promise<void> {
  const { revision, ...request } = await balanced.send(path);
  // Before anything was deployed there is no revision to measure.
  if (revision === undefined) return;
  const { service, environment } = target;
  record(measured, { service, environment, revision }, request);
}

function record(
  measured: Metrics,
  labels: Labels,
  { code, seconds }: Pick<Outcome, 'code' | 'seconds'>,
): void {
  measured.count('http_requests_total', { ...labels, code: String(code) });
  // Every bucket is there from the first request on, as a histogram's are.
  for (const bound of BUCKETS) {
    const within = seconds <= bound ? 1 : 0;
    measured.count('http_request_duration_seconds_bucket', { ...labels, le: String(bound) }, within);
  }
  measured.count('http_request_duration_seconds_bucket', { ...labels, le: '+Inf' });
  measured.count('http_request_duration_seconds_count', labels);
  measured.count('http_request_duration_seconds_sum', labels, seconds);
}
