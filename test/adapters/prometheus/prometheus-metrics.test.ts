import { describe, expect, test } from 'vitest';
import { prometheusMetrics } from '../../../shared/adapters/prometheus/prometheus-metrics.ts';
import { isFault } from '../../../shared/kernel/index.ts';
import type { MetricsTarget } from '../../../shared/ports/metrics.ts';

const TARGET: MetricsTarget = {
  ...{ service: 'we"b', environment: 'staging', function: 'web-staging', alias: 'live' },
  ...{ platform: 'lambda', canary: '8', baseline: '7' },
};
const FROM = '2026-11-21T10:00:00.000Z';
const WINDOW = { from: FROM, to: '2026-11-21T10:02:00.000Z', thresholds: [250] };
const ENDS = [Date.parse(FROM) / 1000 + 60, Date.parse(FROM) / 1000 + 120];

type Line = {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (string | undefined)[];
};
type Lines = {
  readonly requests: readonly Line[];
  readonly failures: readonly Line[];
  readonly buckets: readonly Line[];
};

const line = (metric: Line['metric'], ...values: readonly (string | undefined)[]): Line => ({
  metric,
  values,
});
const MEASURED: Lines = {
  requests: [line({ version: '7' }, '950.4', '900'), line({ version: '8' }, '49.7', undefined)],
  failures: [line({ version: '7' }, '4.6', '3')],
  buckets: [
    line({ version: '7', le: '0.25' }, '900.4', '890'),
    line({ version: '7', le: '+Inf' }, '950.4', '900'),
    line({ version: '8', le: '0.25' }, '39.8', undefined),
    line({ version: '8', le: '+Inf' }, '49.7', undefined),
  ],
};

function over(lines: Partial<Lines>, now = '2026-11-21T12:00:00.000Z') {
  const asked: URLSearchParams[] = [];
  const metrics = prometheusMetrics({
    ...{ baseUrl: 'https://prometheus.example.org', periodSeconds: 60, lagSeconds: 30 },
    now: () => Date.parse(now),
    fetch: async (url) => {
      const { searchParams } = new URL(String(url));
      asked.push(searchParams);
      const query = searchParams.get('query') ?? '';
      const plain = query.includes('5..') ? 'failures' : 'requests';
      const found = { ...MEASURED, ...lines }[query.includes('_bucket') ? 'buckets' : plain];
      const result = found.map(({ metric, values }) => ({
        metric,
        values: values.flatMap((value, index) => (value === undefined ? [] : [[ENDS[index], value]])),
      }));
      return Response.json({ status: 'success', data: { resultType: 'matrix', result } });
    },
  });
  return { metrics, asked };
}

describe('counts by the minute', () => {
  test('are rounded sums of both versions; where requests were counted and no failure, none failed', async () => {
    const { metrics } = over({});
    const counts = await metrics.counts(TARGET, WINDOW);
    expect(counts.map(({ intervalId, watermark }) => [intervalId, watermark])).toEqual([
      ['2026-11-21T10:00:00.000Z/60s', '2026-11-21T10:01:30.000Z'],
      ['2026-11-21T10:01:00.000Z/60s', '2026-11-21T10:02:30.000Z'],
    ]);
    expect(counts.map(({ arms }) => arms)).toEqual([
      {
        canary: { n: 50, errors: 0, slowerThan: { '250': 10 } },
        baseline: { n: 950, errors: 5, slowerThan: { '250': 50 } },
      },
      { baseline: { n: 900, errors: 3, slowerThan: { '250': 10 } } },
    ]);
  });

  test('are asked for at the ends of whole minutes, over exactly a minute, with values that end no matcher', async () => {
    const { metrics, asked } = over({});
    await metrics.counts(TARGET, { ...WINDOW, from: '2026-11-21T09:59:59.000Z' });
    const matchers = 'service="we\\"b",environment="staging",version=~"8|7"';
    expect(asked.map((each) => each.get('query'))).toEqual([
      `sum by (version) (increase(http_requests_total{${matchers}}[60s]))`,
      `sum by (version) (increase(http_requests_total{${matchers},code=~"5.."}[60s]))`,
      `sum by (version,le) (increase(http_request_duration_seconds_bucket{${matchers}}[60s]))`,
    ]);
    const times = asked.map((each) => [each.get('start'), each.get('end'), each.get('step')]);
    expect(new Set(times.map((each) => JSON.stringify(each)))).toEqual(
      new Set([JSON.stringify(['1795255260.000', '1795255320.000', '60'])]),
    );
  });

  test('wait until a minute is closed', async () => {
    const { metrics, asked } = over({}, '2026-11-21T10:02:29.000Z');
    expect(await metrics.counts(TARGET, WINDOW)).toHaveLength(1);
    expect(asked[0]?.get('end')).toBe('1795255260.000');
    expect(await over({}, '2026-11-21T10:01:29.000Z').metrics.counts(TARGET, WINDOW)).toEqual([]);
  });

  test('refuse a threshold that is no edge, naming the nearest', async () => {
    const buckets = ['0.1', '0.25', '0.5', '+Inf'].map((le) => line({ version: '7', le }, '1', '1'));
    const { metrics } = over({ buckets });
    const counted = metrics.counts(TARGET, { ...WINDOW, thresholds: [300] });
    await expect(counted).rejects.toThrow(
      '300 ms is no edge of the histogram; the nearest are 250 ms and 100 ms',
    );
    await expect(counted).rejects.toSatisfy((thrown: unknown) => isFault(thrown, 'InvalidInput'));
  });

  test.each([
    ['without a histogram', { buckets: [] }],
    ['with requests that are NaN', { requests: [line({ version: '8' }, 'NaN')] }],
    [
      'with failures that are negative',
      { failures: [line({ version: '8' }, '-1'), line({ version: '7' }, 'NaN', '1')] },
    ],
    ['with a bucket missing', { buckets: MEASURED.buckets.filter(({ metric }) => metric.le === '+Inf') }],
  ])('hold an arm back %s', async (_what, lines) => {
    const [first] = await over(lines).metrics.counts(TARGET, { ...WINDOW, to: '2026-11-21T10:01:00.000Z' });
    expect(first).toBeUndefined();
  });

  test('an answer of another form is malformed', async () => {
    const metrics = prometheusMetrics({
      ...{ baseUrl: 'https://prometheus.example.org', periodSeconds: 60, lagSeconds: 30, now: Date.now },
      fetch: async () => Response.json({ status: 'success', data: { resultType: 'vector', result: [] } }),
    });
    const counted = metrics.counts(TARGET, WINDOW);
    await expect(counted).rejects.toSatisfy((thrown: unknown) => isFault(thrown, 'Malformed'));
  });
});

/** Buckets of a hundred requests that nothing tells apart. */
const ofHistogram = (buckets: Readonly<Record<string, string>>) =>
  prometheusMetrics({
    ...{ baseUrl: 'https://prometheus.example.org', periodSeconds: 60, lagSeconds: 30 },
    now: () => Date.parse('2026-11-21T12:00:00.000Z'),
    fetch: async (url) => {
      const isBucket = String(url).includes('_bucket');
      const lines = isBucket ? Object.entries(buckets) : [['', '100'] as const];
      const result = lines.map(([le, value]) => ({
        metric: isBucket ? { le } : {},
        values: [[Date.parse(WINDOW.to) / 1000, value]],
      }));
      return Response.json({ status: 'success', data: { resultType: 'matrix', result } });
    },
  });

test('thresholds are the edges that a quarter, a tenth and a hundredth exceeded, and those above the last edge are left out', async () => {
  const at = (buckets: Readonly<Record<string, string>>) => ofHistogram(buckets).thresholds(TARGET, WINDOW);
  expect(await at({ '0.1': '80', '0.25': '90', '0.5': '99', '+Inf': '100' })).toEqual({
    ...{ p75: 100, p90: 250, p99: 500 },
  });
  expect(await at({ '0.1': '80', '0.25': '90', '0.5': '98', '+Inf': '100' })).toEqual({
    ...{ p75: 100, p90: 250 },
  });
  expect(await at({ '0.1': '60', '0.25': '74', '+Inf': '100' })).toBeUndefined();
  expect(await at({})).toBeUndefined();
});

test('a bound is moved up to the next edge of the histogram, and has none above the last or without a histogram', async () => {
  const { edge } = ofHistogram({ '0.5': '99', '0.1': '80', '0.25': '90', '+Inf': '100' });
  const found = [0.5, 100, 101, 250, 500, 501].map((ms) => edge(TARGET, WINDOW, ms));
  expect(await Promise.all(found)).toEqual([100, 100, 250, 250, 500, undefined]);
  expect(await ofHistogram({}).edge(TARGET, WINDOW, 100)).toBeUndefined();
});
