import { createServer, type Server } from 'node:http';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cloudWatchMetrics } from '../../shared/adapters/aws/cloudwatch-metrics.ts';
import { prometheusMetrics } from '../../shared/adapters/prometheus/prometheus-metrics.ts';
import { checkClock, clockWithin } from '../../shared/adapters/provider-clock.ts';
import { isFault } from '../../shared/kernel/index.ts';
import type { MetricsTarget } from '../../shared/ports/metrics.ts';

const TARGET: MetricsTarget = {
  ...{ service: 'web', environment: 'staging', function: 'web-staging', alias: 'live' },
  ...{ platform: 'lambda', canary: '8', baseline: '7' },
};
const TRUE_NOW = Date.parse('2026-11-21T11:00:30.000Z');
const MINUTE = 60_000;
/** What the provider's clock says; undefined: it does not say. */
let date: string | undefined;
let server: Server;
let endpoint = '';

beforeEach(async () => {
  date = new Date(TRUE_NOW).toUTCString();
  server = createServer((request, response) => {
    response.sendDate = false;
    if (date !== undefined) response.setHeader('date', date);
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    const nothing = { status: 'success', data: { resultType: 'matrix', result: [] } };
    const isPrometheus = request.url?.startsWith('/api/v1') === true;
    response.end(JSON.stringify(isPrometheus ? nothing : { MetricDataResults: [], Messages: [] }));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});
afterEach(() => server.close());

const over = {
  CloudWatch: (now: () => number) => {
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
    const client = new CloudWatchClient({ region: 'eu-west-1', endpoint, credentials });
    return cloudWatchMetrics({ client, now, periodSeconds: 60, lagSeconds: 150 });
  },
  Prometheus: (now: () => number) =>
    prometheusMetrics({ baseUrl: endpoint, now, periodSeconds: 60, lagSeconds: 60 }),
};

/** As a sweep asks: from the start of the rollout until now, by our clock. */
function sweep(provider: keyof typeof over, skew: number) {
  const now = TRUE_NOW + skew;
  const window = { from: new Date(now - 10 * MINUTE).toISOString(), to: new Date(now).toISOString() };
  return over[provider](() => now).counts(TARGET, { ...window, thresholds: [] });
}

describe.each(['CloudWatch', 'Prometheus'] as const)('the clock of %s', (provider) => {
  test.each([
    ['ten minutes fast', 10 * MINUTE, 'our clock is ahead of that of '],
    ['ten minutes slow', -10 * MINUTE, 'our clock is behind that of '],
  ])('ours is %s: nothing is counted, and why is said', async (_what, skew, text) => {
    const counted = sweep(provider, skew);
    await expect(counted).rejects.toThrow(text);
    await expect(counted).rejects.toSatisfy((thrown: unknown) => isFault(thrown, 'Malformed'));
  });

  test.each([0, 30_000, -30_000])(
    'is %i ms from ours: less than the delay, which absorbs it',
    async (skew) => {
      expect(await sweep(provider, skew)).toEqual([]);
    },
  );

  test.each([undefined, 'yesterday'])(
    'is not known by a Date of %s, and nothing is held for that',
    async (said) => {
      date = said;
      expect(await sweep(provider, 10 * MINUTE)).toEqual([]);
    },
  );
});

test('an answer that takes long is no wrong clock', () => {
  const check = clockWithin(() => TRUE_NOW, 6);
  const seen = { date: new Date(TRUE_NOW - 20_000).toUTCString(), of: 'it' };
  expect(() => checkClock(check, { ...seen, began: TRUE_NOW - 20_000 })).not.toThrow();
  expect(() => checkClock(check, { ...seen, began: TRUE_NOW - 10_000 })).toThrow('ahead of');
});
