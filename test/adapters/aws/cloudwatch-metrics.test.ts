import {
  CloudWatchClient,
  GetMetricDataCommand,
  type GetMetricDataCommandInput,
  type MetricDataQuery,
} from '@aws-sdk/client-cloudwatch';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { cloudWatchMetrics } from '../../../shared/adapters/aws/cloudwatch-metrics.ts';
import { isFault } from '../../../shared/kernel/index.ts';
import type { MetricsTarget } from '../../../shared/ports/metrics.ts';

const TARGET: MetricsTarget = {
  ...{ service: 'web', environment: 'staging', function: 'web-staging', alias: 'live' },
  ...{ platform: 'lambda', canary: '8', baseline: '7' },
};
const WINDOW = { from: '2026-11-21T10:00:00.000Z', to: '2026-11-21T10:03:00.000Z', thresholds: [300] };
const at = (iso: string) => Date.parse(iso);
const cloudWatch = mockClient(CloudWatchClient);
const named = (name: string): Error => Object.assign(new Error(name), { name });
const fault = (name: 'Unavailable' | 'Malformed' | 'PermissionDenied' | 'InvalidInput') => {
  return (thrown: unknown) => isFault(thrown, name);
};

/** What is measured: arm (version, or `all`) and statistic, to values by minute. */
type Points = Readonly<Record<string, Readonly<Record<string, number>>>>;
let points: Points = {};

function keyOf({ MetricStat }: MetricDataQuery): string {
  const version = MetricStat?.Metric?.Dimensions?.find(({ Name }) => Name === 'ExecutedVersion')?.Value;
  return `${version ?? 'all'} ${MetricStat?.Metric?.MetricName} ${MetricStat?.Stat}`;
}

function answer(
  { MetricDataQueries = [] }: GetMetricDataCommandInput,
  StatusCode: 'Complete' | 'PartialData',
) {
  const MetricDataResults = MetricDataQueries.map((query) => {
    const found = Object.entries(points[keyOf(query)] ?? {});
    return {
      ...{ Id: query.Id ?? '', StatusCode },
      Timestamps: found.map(([minute]) => new Date(`2026-11-21T10:${minute}:00.000Z`)),
      Values: found.map(([, value]) => value),
    };
  });
  return { MetricDataResults, Messages: [] };
}

beforeEach(() => {
  cloudWatch.reset();
  points = {
    '8 Invocations Sum': { '00': 40, '01': 50 },
    '8 Errors Sum': { '00': 2, '01': 0 },
    '8 Duration PR(:300)': { '00': 97.5, '01': 100 },
    '7 Invocations Sum': { '00': 960, '02': 900 },
    '7 Errors Sum': { '00': 4, '02': 5 },
    '7 Duration PR(:300)': { '00': 99.4, '02': 98.95 },
  };
  cloudWatch.on(GetMetricDataCommand).callsFake((input) => answer(input, 'Complete'));
});

function metrics(now = '2026-11-21T11:00:00.000Z') {
  const client = new CloudWatchClient({ region: 'eu-west-1' });
  return cloudWatchMetrics({ client, now: () => at(now), periodSeconds: 60, lagSeconds: 150 });
}

describe('counts by the minute', () => {
  test('are those of each version behind the alias; an arm or a minute without calls is absent, never 0', async () => {
    const counts = await metrics().counts(TARGET, WINDOW);
    expect(counts).toEqual([
      {
        intervalId: '2026-11-21T10:00:00.000Z/60s',
        start: '2026-11-21T10:00:00.000Z',
        end: '2026-11-21T10:01:00.000Z',
        watermark: '2026-11-21T10:03:30.000Z',
        arms: {
          canary: { n: 40, errors: 2, slowerThan: { '300': 1 } },
          baseline: { n: 960, errors: 4, slowerThan: { '300': 6 } },
        },
      },
      expect.objectContaining({
        intervalId: '2026-11-21T10:01:00.000Z/60s',
        arms: { canary: { n: 50, errors: 0, slowerThan: { '300': 0 } } },
      }),
      expect.objectContaining({
        intervalId: '2026-11-21T10:02:00.000Z/60s',
        arms: { baseline: { n: 900, errors: 5, slowerThan: { '300': 9 } } },
      }),
    ]);
  });

  test('ask for the alias and the executed version, in whole minutes', async () => {
    await metrics().counts(TARGET, { ...WINDOW, from: '2026-11-21T09:59:01.000Z' });
    const [call] = cloudWatch.commandCalls(GetMetricDataCommand);
    const input = call?.args[0].input;
    expect(input?.StartTime).toEqual(new Date('2026-11-21T10:00:00.000Z'));
    expect(input?.EndTime).toEqual(new Date(WINDOW.to));
    expect(input?.MetricDataQueries?.[0]?.MetricStat).toEqual({
      Metric: {
        Namespace: 'AWS/Lambda',
        MetricName: 'Invocations',
        Dimensions: [
          { Name: 'FunctionName', Value: 'web-staging' },
          { Name: 'Resource', Value: 'web-staging:live' },
          { Name: 'ExecutedVersion', Value: '8' },
        ],
      },
      Period: 60,
      Stat: 'Sum',
    });
  });

  test('leave out what is not closed yet, and ask nothing when nothing is', async () => {
    await metrics('2026-11-21T10:04:29.000Z').counts(TARGET, WINDOW);
    const [call] = cloudWatch.commandCalls(GetMetricDataCommand);
    expect(call?.args[0].input.EndTime).toEqual(new Date('2026-11-21T10:01:00.000Z'));
    cloudWatch.resetHistory();
    expect(await metrics('2026-11-21T10:03:29.000Z').counts(TARGET, WINDOW)).toEqual([]);
    expect(cloudWatch.calls()).toHaveLength(0);
  });

  test.each([
    ['errors are missing', { '8 Errors Sum': { '01': 0 } }],
    ['a count is NaN', { '8 Invocations Sum': { '00': Number.NaN, '01': 50 } }],
    ['a count is negative', { '8 Errors Sum': { '00': -1, '01': 0 } }],
    ['more failed than were called', { '8 Errors Sum': { '00': 41, '01': 0 } }],
    ['a rank is no percentage', { '8 Duration PR(:300)': { '00': 101, '01': 100 } }],
    ['a rank is missing', { '8 Duration PR(:300)': { '01': 100 } }],
  ])('hold an arm back when %s', async (_what, spoiled) => {
    points = { ...points, ...spoiled };
    const [first] = await metrics().counts(TARGET, WINDOW);
    expect(Object.keys(first?.arms ?? {})).toEqual(['baseline']);
  });

  test('never say that more were slower than at a lower threshold', async () => {
    points = { ...points, '8 Duration PR(:500)': { '00': 95, '01': 100 } };
    const [first] = await metrics().counts(TARGET, { ...WINDOW, thresholds: [500, 300] });
    expect(first?.arms.canary?.slowerThan).toEqual({ '300': 1, '500': 1 });
  });
});

describe('an answer that is not whole', () => {
  const refused = (name: Parameters<typeof fault>[0]) =>
    expect(metrics().counts(TARGET, WINDOW)).rejects.toSatisfy(fault(name));

  test('is read on while there are pages, and is whole when the last says so', async () => {
    cloudWatch
      .on(GetMetricDataCommand)
      .callsFake((input) =>
        input.NextToken === undefined
          ? { ...answer(input, 'PartialData'), NextToken: 'more' }
          : { ...answer({ ...input, MetricDataQueries: input.MetricDataQueries }, 'Complete') },
      );
    expect(await metrics().counts(TARGET, WINDOW)).toHaveLength(3);
    expect(cloudWatch.calls()).toHaveLength(2);
  });

  test('is refused when it ends partial, or carries a message', async () => {
    cloudWatch.on(GetMetricDataCommand).callsFake((input) => answer(input, 'PartialData'));
    await refused('Unavailable');
    cloudWatch.on(GetMetricDataCommand).callsFake((input) => ({
      ...answer(input, 'Complete'),
      Messages: [{ Code: 'MaxMetricsExceeded', Value: 'too many' }],
    }));
    await refused('Unavailable');
  });

  test.each([
    ['InternalServiceFault', 'Unavailable'],
    ['ThrottlingException', 'Unavailable'],
    ['AccessDeniedException', 'PermissionDenied'],
  ] as const)('%s leaves as the fault %s', async (name, left) => {
    cloudWatch.on(GetMetricDataCommand).rejects(named(name));
    await refused(left);
  });

  test.each([
    ['InternalError', 'Unavailable'],
    ['Forbidden', 'PermissionDenied'],
  ] as const)('a metric with the status %s leaves as the fault %s', async (StatusCode, left) => {
    cloudWatch.on(GetMetricDataCommand).resolves({ MetricDataResults: [{ Id: 'q0', StatusCode }] });
    await refused(left);
  });

  test('is malformed with times that have no values, or a result nobody asked for', async () => {
    const Timestamps = [new Date()];
    cloudWatch
      .on(GetMetricDataCommand)
      .resolves({ MetricDataResults: [{ Id: 'q0', Timestamps, Values: [] }] });
    await refused('Malformed');
    cloudWatch.on(GetMetricDataCommand).resolves({ MetricDataResults: [{ Id: 'q99' }] });
    await refused('Malformed');
  });
});

/** Three minutes of calls that take 100 ms at most; so many of them in the second, of which one rank is missing. */
function withoutRank270({ MetricStat }: MetricDataQuery, calls: number): Readonly<Record<string, number>> {
  const { Metric, Stat = '' } = MetricStat ?? {};
  if (Metric?.MetricName === 'Errors') return { '00': 0, '01': 0, '02': 0 };
  if (Metric?.MetricName === 'Invocations') return { '00': 1000, '01': calls, '02': 1000 };
  const rank = Number(/PR\(:(\d+)\)/.exec(Stat)?.[1]) >= 100 ? 100 : 50;
  return { '00': rank, '02': rank, ...(Stat !== 'PR(:270)' && { '01': rank }) };
}

describe('all requests of an alias', () => {
  beforeEach(() => {
    points = {
      'all Invocations Sum': { '00': 1000, '05': 500 },
      'all Errors Sum': { '00': 3, '05': 2 },
      'all Duration PR(:300)': { '00': 99, '05': 98 },
    };
  });

  test('are summed over the window without regard to versions, in coarser periods where it is long', async () => {
    const hour = { ...WINDOW, to: '2026-11-21T10:10:00.000Z' };
    expect(await metrics().total(TARGET, hour)).toEqual({ n: 1500, errors: 5, slowerThan: { '300': 20 } });
    const day = { ...WINDOW, from: '2026-11-20T10:10:00.000Z', to: '2026-11-21T10:10:00.000Z' };
    await metrics().total(TARGET, day);
    const periods = cloudWatch
      .commandCalls(GetMetricDataCommand)
      .map(({ args }) => args[0].input.MetricDataQueries?.[0]?.MetricStat?.Period);
    expect(periods).toEqual([60, 300]);
  });

  test('are unknown, not fewer, when a part of them is not whole', async () => {
    points = { ...points, 'all Errors Sum': { '00': 3 } };
    expect(await metrics().total(TARGET, { ...WINDOW, to: '2026-11-21T10:10:00.000Z' })).toBeUndefined();
  });

  test('give the thresholds that a quarter, a tenth and a hundredth of them exceeded, in as many calls as it takes', async () => {
    const ranks = [
      { from: 300, rank: 99 },
      { from: 120, rank: 90 },
      { from: 100, rank: 80 },
      { from: 0, rank: 50 },
    ];
    const rankOf = (ms: number) => ranks.find(({ from }) => ms >= from)?.rank ?? 0;
    cloudWatch.on(GetMetricDataCommand).callsFake((input: GetMetricDataCommandInput) => {
      const { MetricDataQueries = [] } = input;
      points = Object.fromEntries(
        MetricDataQueries.map((query) => {
          const [, ms] = /PR\(:(\d+)\)/.exec(query.MetricStat?.Stat ?? '') ?? [];
          const value = ms === undefined ? 1000 : rankOf(Number(ms));
          return [keyOf(query), { '00': query.MetricStat?.Metric?.MetricName === 'Errors' ? 0 : value }];
        }),
      );
      return answer(input, 'Complete');
    });
    expect(await metrics().thresholds(TARGET, WINDOW)).toEqual({ p75: 100, p90: 120, p99: 330 });
    const sizes = cloudWatch
      .commandCalls(GetMetricDataCommand)
      .map(({ args }) => args[0].input.MetricDataQueries?.length ?? 0);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(100);
  });

  test('give thresholds by the minutes that are whole, where most of the calls are theirs', async () => {
    const lacking = (calls: number) => {
      cloudWatch.on(GetMetricDataCommand).callsFake((input: GetMetricDataCommandInput) => {
        points = Object.fromEntries(
          (input.MetricDataQueries ?? []).map((query) => [keyOf(query), withoutRank270(query, calls)]),
        );
        return answer(input, 'Complete');
      });
      return metrics().thresholds(TARGET, WINDOW);
    };
    expect(await lacking(1000)).toEqual({ p75: 100, p90: 100, p99: 100 });
    expect(await lacking(2001)).toBeUndefined();
  });

  test('are not known of a service that is no function', async () => {
    const argocd = { platform: 'argocd', service: 'web', environment: 'staging' } as const;
    await expect(metrics().total(argocd, WINDOW)).rejects.toSatisfy(fault('InvalidInput'));
  });
});
