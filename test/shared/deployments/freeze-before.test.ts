import { expect, test } from 'vitest';
import { freezeBefore } from '../../../shared/deployments/freeze-before.ts';
import { isFault } from '../../../shared/kernel/index.ts';
import type { Metrics, Quantiles } from '../../../shared/ports/metrics.ts';
import { JudgeSettings } from '../../../shared/rollouts/judge-contract.ts';
import { memoryStore } from '../../support/memory-store.ts';

const NOW = Date.parse('2026-11-21T10:00:00.000Z');
const SHOP = { service: 'shop', environment: 'staging', function: 'shop', alias: 'live' };
const TARGET = { platform: 'lambda' as const, ...SHOP };
const latency = (name: string, ms: number) => ({
  ...{ name, objective: 0.99, window_days: 28 },
  indicator: { kind: 'latency' as const, ms },
});

/** A service of which every histogram has these edges, and of which nobody counts what is slower than `uncounted`. */
function frozen(
  edges: readonly number[],
  slos: readonly ReturnType<typeof latency>[],
  uncounted: readonly number[] = [],
  quantiles: Quantiles | null = { p75: edges.includes(80) ? 80 : 100, p90: 100, p99: 250 },
) {
  const metrics: Metrics = {
    counts: async () => [],
    total: async (_target, { from, thresholds }) => {
      const burst = (Date.parse(from) / 180_000) % 2 === 0 ? 40 : 0;
      const counted = thresholds.filter((ms) => !uncounted.includes(ms));
      const slow = counted.map((ms) => [String(ms), ms === 100 ? burst : 5] as const);
      return { n: 1000, errors: 5, slowerThan: Object.fromEntries(slow) };
    },
    idle: async () => false,
    thresholds: async () => quantiles ?? undefined,
    edge: async (_target, _window, ms) => edges.find((edge) => edge >= ms),
  };
  return freezeBefore({ clock: () => NOW, factor: 1, metrics, store: memoryStore() }, TARGET, {
    slos: [...slos],
  });
}

test('bounds between two edges are judged, guarded and told at the next edge', async () => {
  const { settings, slos, notes } = await frozen([100, 250, 500, 1000, 2500], [latency('quick', 300)]);
  expect(settings.latency).toEqual({
    ...{ thresholds: [500, 100, 250], certify: [100, 250] },
    weights: { 100: 2, 250: 2, 500: 2 },
  });
  expect(settings.killSwitch?.slowerThan).toBe(2500);
  expect(slos).toEqual([{ name: 'quick', errorRate: null, slowerThan: 500, slowShare: 0.01 }]);
  expect(notes).toEqual([
    'slower than 300 ms is judged as slower than 500 ms, the next threshold that the provider counts at',
    'slower than 1250 ms is judged as slower than 2500 ms, the next threshold that the provider counts at',
  ]);
});

test('p75 and p90 share what the bound of an SLO and p99 have each', async () => {
  const { settings, traffic } = await frozen([80, 100, 250, 500, 2500], [latency('quick', 500)]);
  expect(settings.latency).toEqual({
    ...{ thresholds: [500, 80, 100, 250], certify: [80, 100, 250] },
    weights: { 80: 1, 100: 1, 250: 2, 500: 2 },
  });
  expect(JudgeSettings.parse(settings)).toEqual(settings);
  expect(Object.keys(traffic.slower ?? {})).toEqual(['80', '100', '250']);
});

test('how slowness comes is read before the start at every threshold, the kill switch too', async () => {
  const { settings } = await frozen([100, 250, 500, 1000, 2500], [latency('quick', 300)]);
  expect(settings.fano).toEqual({
    errors: 1,
    slower: { 100: expect.closeTo(27.88, 1), 250: 1, 500: 1, 2500: 1 },
  });
  expect(JudgeSettings.parse(settings)).toEqual(settings);
});

test('the forecast knows how many requests cross what SAFE asks about', async () => {
  const { traffic } = await frozen([100, 250, 500, 1000, 2500], [latency('quick', 300)]);
  expect(traffic).toMatchObject({ failureRate: 0.005, slower: { 100: 0.02, 250: 0.005 } });
});

test('what was not counted is not taken for none: the forecast is then of failures alone, and says so', async () => {
  const { traffic, notes } = await frozen([100, 250, 1250], [], [250]);
  expect(traffic).toEqual({ requestsPerMinute: expect.any(Number), failureRate: 0.005 });
  expect(notes).toEqual([
    'how many requests are slower than what is certified was not counted: the forecast is of failures alone',
    expect.stringContaining('or in too little of that time (slower than 250 ms: 0); for that'),
  ]);
});

test('two bounds that meet at one edge are judged once', async () => {
  const { settings } = await frozen([100, 250, 2500], [latency('quick', 200), latency('quicker', 240)]);
  expect(settings.latency).toEqual({
    ...{ thresholds: [250, 100], certify: [250, 100] },
    weights: { 100: 2, 250: 2 },
  });
  expect(JudgeSettings.parse(settings)).toEqual(settings);
});

test('a bound above the last edge is not judged, and said', async () => {
  const { settings, notes } = await frozen([100, 250, 500], [latency('slow', 5000)]);
  expect(settings.latency.thresholds).toEqual([100, 250]);
  expect(settings.killSwitch?.slowerThan).toBeNull();
  expect(notes).toEqual(
    [5000, 1250].map(
      (ms) => `slower than ${ms} ms is not judged: the provider counts at no threshold so high`,
    ),
  );
});

test('a p99 above the last edge is not judged, and said; p75 and p90 are', async () => {
  const { settings, notes } = await frozen([80, 100], [], [], { p75: 80, p90: 100 });
  expect(settings.latency).toEqual({
    ...{ thresholds: [80, 100], certify: [80, 100] },
    weights: { 80: 1, 100: 1 },
  });
  expect(settings.killSwitch?.slowerThan).toBeNull();
  expect(notes).toContain('the p99 is not judged: the provider counts at no threshold so high');
  expect(JudgeSettings.parse(settings)).toEqual(settings);
});

test('where it cannot be read how fast the version before answers, nothing is started', async () => {
  await expect(frozen([100, 250], [latency('quick', 100)], [], null)).rejects.toSatisfy(
    (thrown) => isFault(thrown, 'Unavailable') && String(thrown).includes('how fast shop in staging answers'),
  );
});
