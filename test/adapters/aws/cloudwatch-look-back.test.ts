import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, test } from 'vitest';
import { cloudWatchMetrics } from '../../../shared/adapters/aws/cloudwatch-metrics.ts';
import { lookBack } from '../../../shared/deployments/look-back.ts';

const NOW = Date.parse('2026-11-21T10:00:00.000Z');
const SHOP = { service: 'shop', environment: 'staging', function: 'shop', alias: 'live' };
const TARGET = { platform: 'lambda' as const, ...SHOP };

describe('600 calls a minute at CloudWatch', () => {
  /** A point for every whole period that is asked for. `perSecond` of real time. */
  const atCloudWatch = (now: number, factor: number, perSecond: number) => {
    const client = new CloudWatchClient({ region: 'eu-west-1' });
    mockClient(client)
      .on(GetMetricDataCommand)
      .callsFake(({ StartTime, EndTime, MetricDataQueries }) => {
        const period = 60_000 / factor;
        const count = (EndTime.getTime() - StartTime.getTime()) / period;
        return {
          MetricDataResults: MetricDataQueries.map((query: { Id: string }, index: number) => ({
            ...{ Id: query.Id, StatusCode: 'Complete' },
            Timestamps: Array.from(
              { length: count },
              (_, each) => new Date(StartTime.getTime() + each * period),
            ),
            Values: Array.from({ length: count }, () => (index === 0 ? (perSecond * period) / 1000 : 1)),
          })),
        };
      });
    const settings = { periodSeconds: 60 / factor, lagSeconds: 150 / factor };
    return lookBack(
      { metrics: cloudWatchMetrics({ client, now: () => now, ...settings }), factor },
      TARGET,
      now,
      { judged: [], counted: [] },
    );
  };

  test.each([0, 1, 31, 59])('are 600, whenever one asks: %i s after the minute', async (seconds) => {
    const { requestsPerMinute } = await atCloudWatch(NOW + seconds * 1000 + 357, 1, 10);
    expect(requestsPerMinute).toBeCloseTo(600, 9);
  });

  test('are sixty of each minute of the plan where those pass ten times as fast', async () => {
    const { requestsPerMinute } = await atCloudWatch(NOW + 31_357, 10, 10);
    expect(requestsPerMinute).toBeCloseTo(60, 9);
  });
});
