import { expect, test } from 'vitest';
import { prometheusHistory } from '../../../shared/adapters/prometheus/prometheus-history.ts';

const TARGET = { service: 'check"out\\', environment: 'staging', application: 'x' };
const WINDOW = { revision: 'abc', from: '2026-01-01T00:00:00Z', to: '2026-01-01T00:01:30.500Z' };

/** A history over two sums (all, failed), and the requests it sent. */
function over(all: unknown, failed: unknown, now = Number.MAX_SAFE_INTEGER) {
  const asked: URL[] = [];
  const history = prometheusHistory({
    baseUrl: 'https://prometheus.example.org/prom',
    now: () => now,
    fetch: async (url) => {
      const parsed = new URL(String(url));
      asked.push(parsed);
      const body = parsed.searchParams.get('query')?.includes('5..') ? failed : all;
      return Response.json(body);
    },
  });
  return { history, asked };
}

const vector = (...values: readonly string[]) => ({
  status: 'success',
  data: { resultType: 'vector', result: values.map((value) => ({ metric: {}, value: [1, value] })) },
});

test('both sums are asked for the whole window at its end, with label values that cannot end their matcher', async () => {
  const { history, asked } = over(vector('200'), vector('1'));
  expect(await history.uptime(TARGET, WINDOW)).toEqual({
    from: WINDOW.from,
    to: WINDOW.to,
    fraction: 0.995,
    samples: 200,
  });
  const labels = 'service="check\\"out\\\\",environment="staging",revision="abc"';
  expect(asked.map((url) => url.pathname)).toEqual(['/prom/api/v1/query', '/prom/api/v1/query']);
  expect(asked.map((url) => url.searchParams.get('time'))).toEqual(['1767225690.500', '1767225690.500']);
  expect(asked.map((url) => url.searchParams.get('query'))).toEqual([
    `sum(increase(http_requests_total{${labels}}[91s]))`,
    `sum(increase(http_requests_total{${labels},code=~"5.."}[91s]))`,
  ]);
});

test('a window that ends in the future is measured until now', async () => {
  const now = Date.parse('2026-01-01T00:00:10Z');
  const { history, asked } = over(vector('10'), vector(), now);
  expect(await history.uptime(TARGET, WINDOW)).toMatchObject({ to: '2026-01-01T00:00:10.000Z', fraction: 1 });
  expect(asked[0]?.searchParams.get('query')).toContain('[10s]');
});

test('no request at all is no uptime, not a perfect one', async () => {
  expect(await over(vector(), vector()).history.uptime(TARGET, WINDOW)).toBeUndefined();
  expect(await over(vector('0'), vector('0')).history.uptime(TARGET, WINDOW)).toBeUndefined();
});

test('sums that extrapolation has made cross each other stay within 0 and 1', async () => {
  const { history } = over(vector('10.2'), vector('10.9'));
  expect(await history.uptime(TARGET, WINDOW)).toMatchObject({ fraction: 0, samples: 10 });
});

test.each([
  ['an error', { status: 'error', errorType: 'bad_data', error: 'parse error' }],
  ['a matrix', { status: 'success', data: { resultType: 'matrix', result: [] } }],
  ['several series', vector('1', '2')],
  ['NaN', vector('NaN')],
  ['a negative count', vector('-1')],
])('%s is Malformed', async (_, answer) => {
  await expect(over(answer, vector()).history.uptime(TARGET, WINDOW)).rejects.toMatchObject({
    name: 'Malformed',
  });
});
