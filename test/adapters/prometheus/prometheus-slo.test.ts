import { expect, test } from 'vitest';
import { prometheusSlo } from '../../../shared/adapters/prometheus/prometheus-slo.ts';
import type { SloTarget } from '../../../shared/policies/index.ts';

const AT = '2026-01-01T00:00:00.000Z';
const PLACE = { service: 'check"out', environment: 'staging' };
const AVAILABILITY: SloTarget = { ...PLACE, indicator: { kind: 'availability' } };
const LATENCY: SloTarget = { ...PLACE, indicator: { kind: 'latency', ms: 300 } };

type Sum = string | undefined;

/** Counts over the sum of all and the sum of the part (failures, or requests in time), and what was asked. */
function over(all: Sum, part: Sum, series = 1) {
  const asked: string[] = [];
  const counts = prometheusSlo({
    baseUrl: 'https://prometheus.example.org',
    fetch: async (url) => {
      const query = new URL(String(url)).searchParams.get('query') ?? '';
      asked.push(query);
      const value = /code=~|le="0/.test(query) ? part : all;
      const line = { metric: {}, values: [[Date.parse(AT) / 1000, value]] };
      const result = value === undefined ? [] : Array.from({ length: series }, () => line);
      return Response.json({ status: 'success', data: { resultType: 'matrix', result } });
    },
  });
  return { counts, asked };
}

test('good requests are those without a 5xx, over each window at its end', async () => {
  const { counts, asked } = over('200', '3');
  const both = { good: 197, total: 200 };
  expect(await counts(AVAILABILITY, [300, 2_419_200], AT)).toEqual([both, both]);
  const labels = 'service="check\\"out",environment="staging"';
  expect(asked.toSorted()).toEqual(
    [
      `sum(increase(http_requests_total{${labels}}[300s]))`,
      `sum(increase(http_requests_total{${labels},code=~"5.."}[300s]))`,
      `sum(increase(http_requests_total{${labels}}[2419200s]))`,
      `sum(increase(http_requests_total{${labels},code=~"5.."}[2419200s]))`,
    ].toSorted(),
  );
});

test('for latency they are those within the edge of the histogram', async () => {
  const { counts, asked } = over('200', '150');
  expect(await counts(LATENCY, [300], AT)).toEqual([{ good: 150, total: 200 }]);
  expect(asked.some((query) => query.includes('le="0.3"'))).toBe(true);
});

test('no failure yet is none, and no request is nothing asked; no series at all says nothing', async () => {
  expect(await over('200', undefined).counts(AVAILABILITY, [300], AT)).toEqual([{ good: 200, total: 200 }]);
  expect(await over('0', undefined).counts(AVAILABILITY, [300], AT)).toEqual([{ good: 0, total: 0 }]);
  expect(await over(undefined, undefined).counts(AVAILABILITY, [300], AT)).toEqual([undefined]);
  expect(await over('200', undefined).counts(LATENCY, [300], AT)).toEqual([undefined]);
});

test('sums that extrapolation has made cross each other stay within what was asked', async () => {
  expect(await over('10', '10.7').counts(AVAILABILITY, [300], AT)).toEqual([{ good: 0, total: 10 }]);
  expect(await over('10', '10.7').counts(LATENCY, [300], AT)).toEqual([{ good: 10, total: 10 }]);
});

test.each([
  ['NaN', 1],
  ['-1', 1],
  ['5', 2],
])('%s in %d series is no count', async (value, series) => {
  await expect(over(value, '0', series).counts(AVAILABILITY, [300], AT)).rejects.toMatchObject({
    name: 'Malformed',
  });
});
