import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cloudWatchMetrics } from '../../../shared/adapters/aws/cloudwatch-metrics.ts';
import { lambdaTraffic } from '../../../shared/adapters/aws/lambda-traffic.ts';
import { prometheusMetrics } from '../../../shared/adapters/prometheus/prometheus-metrics.ts';
import { isFault } from '../../../shared/kernel/index.ts';
import type { IntervalCounts, Metrics } from '../../../shared/ports/metrics.ts';
import type { Traffic, TrafficArm } from '../../../shared/ports/traffic.ts';
import { type LambdaWorld, PLACE, startLambdaWorld, TARGET } from '../../local/lambda/world.ts';

const PERIOD = 1;
const BOTH = { ...TARGET, canary: '3', baseline: '2' };
let world: LambdaWorld;
let traffic: Traffic;
let cloudWatch: Metrics;
let prometheus: Metrics;
let fencing = 0;
beforeAll(async () => {
  world = await startLambdaWorld();
  await world.lambda.addService({ ...PLACE, callsPerSecond: 0 });
  // Version 1 is the repository's first; of these two every call of one fails, and none of the other.
  for (const errorRate of [0, 1]) {
    const sha = await world.lambda.release('web', { errorRate, milliseconds: 1 }, `Fail ${errorRate}`);
    await world.lambda.publish(PLACE, sha);
  }
  const settings = { now: Date.now, periodSeconds: PERIOD, lagSeconds: 0 };
  const leases = { holds: async () => true };
  traffic = lambdaTraffic({ client: new LambdaClient(world.aws), leases, now: Date.now });
  cloudWatch = cloudWatchMetrics({ client: new CloudWatchClient(world.aws), ...settings });
  prometheus = prometheusMetrics({ baseUrl: world.load.prometheusUrl, ...settings });
});
afterAll(() => world.end());
beforeEach(() => {
  fencing += 1;
});

async function split(...arms: readonly TrafficArm[]): Promise<void> {
  const { token } = await traffic.read(TARGET);
  await traffic.shift(TARGET, arms, token, { owner: 'rol_1', fencing });
}

/** Calls the alias; answers how often each version ran, and the whole seconds around it. */
async function call(times: number) {
  const from = new Date(Math.floor(Date.now() / 1000) * 1000).toISOString();
  const calls = Array.from({ length: times }, () => world.lambda.invoke(TARGET.function, TARGET.alias, {}));
  const versions = (await Promise.all(calls)).map(({ version }) => version);
  // the counters are scraped, and the last second is over
  await new Promise((resolve) => setTimeout(resolve, 1600));
  const to = new Date().toISOString();
  const ran = (version: string) => versions.filter((each) => each === version).length;
  return { window: { from, to, thresholds: [] }, ran };
}

function sum(counts: readonly IntervalCounts[], arm: 'canary' | 'baseline') {
  const found = counts.flatMap(({ arms }) => arms[arm] ?? []);
  return {
    n: found.reduce((total, { n }) => total + n, 0),
    errors: found.reduce((total, { errors }) => total + errors, 0),
  };
}

test('a commit is found as the version that was published from it', async () => {
  const head = await world.forge.head('acme/web', 'main');
  expect(await traffic.version(TARGET, head ?? '')).toBe('3');
  expect(await traffic.version(TARGET, 'f'.repeat(40))).toBeUndefined();
});

test('a move splits the calls, is read back, and is refused to whoever saw an earlier state', async () => {
  const before = await traffic.read(TARGET);
  const arms = [
    { revision: '2', weight: 0.8 },
    { revision: '3', weight: 0.2 },
  ];
  await split(...arms);
  expect((await traffic.read(TARGET)).arms).toEqual(arms);
  const late = traffic.shift(TARGET, [{ revision: '2', weight: 1 }], before.token, {
    ...{ owner: 'rol_2', fencing: fencing + 1 },
  });
  await expect(late).rejects.toSatisfy((thrown: unknown) => isFault(thrown, 'Conflict'));
  const { ran } = await call(1000);
  // six standard deviations: sqrt(1000 * 0.2 * 0.8) = 12.6
  expect(Math.abs(ran('3') - 200)).toBeLessThan(76);
});

test('somebody who moves the alias by hand makes our next move a conflict', async () => {
  const { token } = await traffic.read(TARGET);
  world.lambda.moveByHand(PLACE, '1');
  const moved = traffic.shift(TARGET, [{ revision: '2', weight: 1 }], token, { owner: 'rol_1', fencing });
  await expect(moved).rejects.toSatisfy((thrown: unknown) => isFault(thrown, 'Conflict'));
  expect((await traffic.read(TARGET)).arms).toEqual([{ revision: '1', weight: 1 }]);
});

describe.each([
  ['CloudWatch', () => cloudWatch],
  ['Prometheus', () => prometheus],
])('%s counts', (_name, metrics) => {
  test('exactly the calls that each version took, and their failures', async () => {
    await split({ revision: '2', weight: 0.7 }, { revision: '3', weight: 0.3 });
    const { window, ran } = await call(300);
    const counts = await metrics().counts(BOTH, window);
    expect(sum(counts, 'canary')).toEqual({ n: ran('3'), errors: ran('3') });
    expect(sum(counts, 'baseline')).toEqual({ n: ran('2'), errors: 0 });
    const all = await metrics().total(TARGET, window);
    expect(all).toMatchObject({ n: 300, errors: ran('3') });
  });

  test('durations at thresholds, and finds thresholds that few exceed', async () => {
    await split({ revision: '2', weight: 0.5 }, { revision: '3', weight: 0.5 });
    const { window } = await call(200);
    const counts = await metrics().counts(BOTH, { ...window, thresholds: [5, 1000] });
    for (const { arms } of counts) {
      expect(arms.canary?.slowerThan['1000'] ?? 0).toBe(0);
      expect(arms.canary?.slowerThan['5'] ?? 0).toBeLessThanOrEqual(arms.canary?.n ?? 0);
    }
    const frozen = await metrics().thresholds(TARGET, window);
    expect(frozen?.p75).toBeGreaterThan(0);
    expect(frozen?.p90).toBeGreaterThanOrEqual(frozen?.p75 ?? Number.POSITIVE_INFINITY);
    expect(frozen?.p99).toBeGreaterThanOrEqual(frozen?.p90 ?? Number.POSITIVE_INFINITY);
  });

  test('nothing where nothing was called', async () => {
    const { window } = await call(0);
    expect(await metrics().counts(BOTH, window)).toEqual([]);
  });
});

test('a CloudWatch that is down or answers a part is unavailable; one without data has no intervals', async () => {
  await split({ revision: '2', weight: 0.5 }, { revision: '3', weight: 0.5 });
  const { window } = await call(50);
  for (const mood of ['down', 'partial'] as const) {
    world.lambda.cloudWatch(mood);
    const counted = cloudWatch.counts(BOTH, window);
    await expect(counted).rejects.toSatisfy((thrown: unknown) => isFault(thrown, 'Unavailable'));
  }
  world.lambda.cloudWatch('silent');
  expect(await cloudWatch.counts(BOTH, window)).toEqual([]);
  world.lambda.cloudWatch('well');
  expect(await cloudWatch.counts(BOTH, window)).not.toEqual([]);
});
