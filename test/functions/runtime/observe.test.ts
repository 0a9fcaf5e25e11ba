import { afterEach, expect, test, vi } from 'vitest';
import { meter, meterAt } from '../../../functions/runtime/observe.ts';
import { emitted } from '../../support/emitted.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

test('a count is emitted with its dimensions, by environment, and without any, for alarms do not roll up', async () => {
  const [line, ...more] = await emitted(async () =>
    meter().count('a_total', { service: 'shop', environment: 'staging' }),
  );
  expect(more).toEqual([]);
  expect(line).toMatchObject({
    a_total: 1,
    service: 'shop',
    environment: 'staging',
    _aws: {
      CloudWatchMetrics: [
        {
          Namespace: 'Holdfast',
          Dimensions: [[], ['environment'], ['service', 'environment']],
          Metrics: [{ Name: 'a_total', Unit: 'Count' }],
        },
      ],
    },
  });
});

test('a label of its own can be asked for alone: by reason over all services, and by reason of each', async () => {
  const labels = { service: 'shop', environment: 'staging', reason: 'SECURITY' };
  const [line] = await emitted(async () => meter().count('a_total', labels));
  expect(line?._aws.CloudWatchMetrics[0]?.Dimensions).toEqual([
    [],
    ['environment'],
    ['service', 'environment'],
    ['reason'],
    ['service', 'environment', 'reason'],
  ]);
});

test('a duration is emitted in seconds, under no dimension of anybody else', async () => {
  const [line] = await emitted(async () => meter().measure('b_seconds', 1.5));
  expect(line).toMatchObject({
    b_seconds: 1.5,
    _aws: {
      CloudWatchMetrics: [{ Dimensions: [[]], Metrics: [{ Name: 'b_seconds', Unit: 'Seconds' }] }],
    },
  });
});

test('a gauge is a number without a unit of time', async () => {
  const [line] = await emitted(async () => meter().measure('open_things', 3));
  expect(line?._aws.CloudWatchMetrics[0]?.Metrics).toEqual([{ Name: 'open_things', Unit: 'Count' }]);
});

test('what is told late is counted when it happened', async () => {
  const happened = '2026-11-20T10:00:00.000Z';
  const [line] = await emitted(async () => meterAt(happened).count('a_total'));
  expect(line?._aws.Timestamp).toBe(Date.parse(happened));
});
