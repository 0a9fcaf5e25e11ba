import { expect, test } from 'vitest';
import { lookBack } from '../../../shared/deployments/look-back.ts';
import type { MetricsWindow } from '../../../shared/ports/metrics.ts';

const NOW = Date.parse('2026-11-21T10:00:00.000Z');
const SHOP = { service: 'shop', environment: 'staging', function: 'shop', alias: 'live' };
const TARGET = { platform: 'lambda' as const, ...SHOP };

/** Failures of each window of three minutes, 600 requests in each; undefined: not measured. */
const before = (failures: (window: number) => number | undefined) => {
  const start = NOW - 3_600_000;
  const total = async (_: unknown, { from }: { readonly from: string }) => {
    const errors = failures(Math.round((Date.parse(from) - start) / 180_000));
    return errors === undefined ? undefined : { n: 600, errors, slowerThan: {} };
  };
  return lookBack({ metrics: { total }, factor: 1 }, TARGET, NOW);
};

test('failures that come in bursts before the release are seen in the whole traffic', async () => {
  expect((await before((window) => (window % 4 === 0 ? 20 : 0))).fano).toBeGreaterThan(5);
});

test('slowness that comes in bursts is seen, where failures are independent', async () => {
  const total = async (_: unknown, { from, thresholds }: MetricsWindow) => {
    const window = Math.round((Date.parse(from) - (NOW - 3_600_000)) / 180_000);
    const slow = thresholds.map((ms) => [String(ms), ms === 300 && window % 4 === 0 ? 40 : 3 + (window % 2)]);
    return { n: 600, errors: 3 + (window % 2), slowerThan: Object.fromEntries(slow) };
  };
  const { fano } = await lookBack({ metrics: { total }, factor: 1 }, TARGET, NOW, [100, 300]);
  expect(fano).toEqual({ errors: 1, slower: { 100: 1, 300: expect.closeTo(27.51, 2) } });
});

test('failures that come evenly are no bursts', async () => {
  expect((await before((window) => 3 + (window % 2))).fano).toBe(1);
});

test('a service of ten minutes is forecast by what it serves, not by the hour it was not there', async () => {
  const { requestsPerMinute } = await before((window) => (window < 16 ? undefined : 3));
  expect(requestsPerMinute).toBeCloseTo(200, 9);
});
