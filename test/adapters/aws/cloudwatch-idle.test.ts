import {
  CloudWatchClient,
  GetMetricDataCommand,
  type GetMetricDataCommandInput,
  type MetricDataResult,
} from '@aws-sdk/client-cloudwatch';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { cloudWatchMetrics } from '../../../shared/adapters/aws/cloudwatch-metrics.ts';
import { isFault } from '../../../shared/kernel/index.ts';

const TARGET = {
  ...{ service: 'web', environment: 'staging', function: 'web-staging', alias: 'live' },
  platform: 'lambda' as const,
};
const WINDOW = { from: '2026-11-21T10:00:00.000Z', to: '2026-11-21T10:05:00.000Z' };
const cloudWatch = mockClient(CloudWatchClient);
beforeEach(() => cloudWatch.reset());

/** Points of a metric by its name; a metric that is left out of `whole` is left out of the answer. */
function answers(
  values: Readonly<Record<string, readonly number[]>>,
  more: { status?: string; dropped?: string } = {},
) {
  cloudWatch.on(GetMetricDataCommand).callsFake(({ MetricDataQueries = [] }: GetMetricDataCommandInput) => ({
    MetricDataResults: MetricDataQueries.flatMap(({ Id, MetricStat }): MetricDataResult[] => {
      const name = MetricStat?.Metric?.MetricName ?? '';
      if (name === more.dropped) return [];
      const Values = [...(values[name] ?? [])];
      const Timestamps = Values.map((_, index) => new Date(Date.parse(WINDOW.from) + index * 60_000));
      return [
        {
          ...(Id !== undefined && { Id }),
          StatusCode: (more.status ?? 'Complete') as 'Complete',
          Timestamps,
          Values,
        },
      ];
    }),
    Messages: [],
  }));
}

const idle = (now = '2026-11-21T11:00:00.000Z') =>
  cloudWatchMetrics({
    client: new CloudWatchClient({ region: 'eu-west-1' }),
    ...{ now: () => Date.parse(now), periodSeconds: 60, lagSeconds: 150 },
  }).idle(TARGET, WINDOW);

describe('an alias is idle', () => {
  test('where a whole answer has no point of calls, errors or throttles', async () => {
    answers({});
    expect(await idle()).toBe(true);
    const [call] = cloudWatch.commandCalls(GetMetricDataCommand);
    const dimensions = call?.args[0].input.MetricDataQueries?.map(
      ({ MetricStat }) => `${MetricStat?.Metric?.MetricName} ${MetricStat?.Metric?.Dimensions?.length}`,
    );
    expect(dimensions).toEqual(['Invocations 2', 'Errors 2', 'Throttles 1']);
  });

  test('also beside a 0 of throttles', async () => {
    answers({ Throttles: [0, 0] });
    expect(await idle()).toBe(true);
  });
});

describe('an alias is not taken for idle', () => {
  test.each([
    ['that was called', { Invocations: [1] }, {}],
    ['of which CloudWatch writes a 0 of calls, which it never does', { Invocations: [0] }, {}],
    ['that failed', { Errors: [1] }, {}],
    ['whose calls Lambda turned away', { Throttles: [0, 3] }, {}],
    ['of whose throttles nothing was answered', {}, { dropped: 'Throttles' }],
    ['of whose calls nothing was answered', {}, { dropped: 'Invocations' }],
  ])('%s', async (_what, values, more) => {
    answers(values, more);
    expect(await idle()).toBe(false);
  });

  test('of which no minute is closed yet: nothing is asked', async () => {
    answers({});
    expect(await idle('2026-11-21T10:02:00.000Z')).toBe(false);
    expect(cloudWatch.calls()).toHaveLength(0);
  });

  test('when the answer is not whole', async () => {
    answers({}, { status: 'PartialData' });
    await expect(idle()).rejects.toSatisfy((thrown: unknown) => isFault(thrown, 'Unavailable'));
  });
});
