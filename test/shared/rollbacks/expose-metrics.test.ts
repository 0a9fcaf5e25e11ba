import { expect, test } from 'vitest';
import type { Tally } from '../../../shared/ports/index.ts';
import { exposeMetrics, MAX_SERIES } from '../../../shared/rollbacks/expose-metrics.ts';
import { TIME_BUCKETS } from '../../../shared/rollbacks/tally-rollbacks.ts';
import { rollbackRun } from '../../support/rollback-run.ts';

type Run = Awaited<ReturnType<typeof rollbackRun>>;

function scrape(run: Run, kept: readonly Tally[] = []): Promise<string> {
  return exposeMetrics({ store: run.deps.store, tallies: { tallies: async () => kept } });
}

/** Series with their values. */
function seriesIn(text: string): ReadonlyMap<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
}

const tally = (service: string, amounts: Readonly<Record<string, number>>): Tally => ({
  ...{ service, environment: 'staging', amounts },
});

test('a registered service begins with its counters and its gauge at 0, and without histograms', async () => {
  const run = await rollbackRun();
  const series = seriesIn(await scrape(run));
  const place = 'service="shop",environment="staging"';
  expect(series.get(`degradations_detected_total{${place}}`)).toBe(0);
  expect(series.get(`rollbacks_merged_total{${place},auto="false"}`)).toBe(0);
  expect(series.get(`rollbacks_aborted_total{${place},reason="APPROVAL_TIMEOUT"}`)).toBe(0);
  expect(series.get(`invariant_violations_total{${place},invariant="I6"}`)).toBe(0);
  expect(series.get(`active_rollbacks{${place}}`)).toBe(0);
  expect([...series.keys()].join()).not.toMatch(/_seconds|rollback_state|unknown/);
  await run.close();
});

test('what was counted is shown, with buckets that reach four hours', async () => {
  const run = await rollbackRun();
  const kept = tally('shop', {
    ...{ 'degradations_detected_total|': 3, 'rollbacks_merged_total|unknown': 1 },
    ...{ 'time_to_recover_seconds|le|30': 2, 'time_to_recover_seconds|le|Infinity': 1 },
    ...{ 'time_to_recover_seconds|sum': 20_050 },
    ...{ 'candidate_search_seconds|le|5': 1, 'candidate_search_seconds|sum': 3.5 },
  });
  const series = seriesIn(await scrape(run, [kept]));
  const place = 'service="shop",environment="staging"';
  expect(series.get(`degradations_detected_total{${place}}`)).toBe(3);
  expect(series.get(`rollbacks_merged_total{${place},auto="unknown"}`)).toBe(1);
  const buckets = [...TIME_BUCKETS, '+Inf'].map((le) =>
    series.get(`time_to_recover_seconds_bucket{${place},le="${le}"}`),
  );
  expect(TIME_BUCKETS.at(-1)).toBe(14_400);
  expect(buckets).toEqual([0, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3]);
  expect(series.get(`candidate_search_seconds_bucket{${place},le="2"}`)).toBe(0);
  expect(series.get(`candidate_search_seconds_bucket{${place},le="5"}`)).toBe(1);
  expect(series.get(`time_to_recover_seconds_sum{${place}}`)).toBe(20_050);
  expect(series.get(`time_to_recover_seconds_count{${place}}`)).toBe(3);
  await run.close();
});

test('an open attempt is seen in its state at once, and the other states of its place at 0', async () => {
  const run = await rollbackRun({ services: ['shop', 'cart'] });
  run.degrade('shop');
  run.sweepEveryMinute();
  await run.until('DegradationDetected');
  await run.pass(1);
  const series = seriesIn(await scrape(run));
  const state = (service: string, name: string) =>
    series.get(`rollback_state{service="${service}",environment="staging",state="${name}"}`);
  expect(state('shop', 'DegradationDetected')).toBe(1);
  expect(state('shop', 'RollbackMerged')).toBe(0);
  expect(state('cart', 'DegradationDetected')).toBeUndefined();
  expect(series.get('active_rollbacks{service="shop",environment="staging"}')).toBe(1);
  expect(series.get('active_rollbacks{service="cart",environment="staging"}')).toBe(0);
  await run.close();
});

test('a service that the registry does not know is not shown, whatever was counted for it', async () => {
  const run = await rollbackRun();
  const kept = [tally('stranger', { 'degradations_detected_total|': 9 }), tally('', { 'x|': 1 })];
  expect(await scrape(run, kept)).toBe(await scrape(run));
  await run.close();
});

test('a large registry is cut at a thousand series, said in a comment, and what was counted comes first', async () => {
  const services = Array.from({ length: 80 }, (_, n) => `service-${String(n).padStart(2, '0')}`);
  const run = await rollbackRun({ services });
  const whole = seriesIn(await scrape(run));
  expect(whole.size).toBeLessThanOrEqual(MAX_SERIES);
  expect([...whole.keys()].join()).not.toContain('service-79');
  const text = await scrape(run, [tally('service-79', { 'degradations_detected_total|': 1 })]);
  expect(seriesIn(text).get('degradations_detected_total{service="service-79",environment="staging"}')).toBe(
    1,
  );
  expect(text.trimEnd().split('\n').at(-1)).toMatch(/^# cut at 1000 series: \d+ of 80 /);
  expect(text.match(/^# TYPE /gm)).toHaveLength(13);
  await run.close();
});
