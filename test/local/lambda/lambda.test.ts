import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  GetAliasCommand,
  InvokeCommand,
  LambdaClient,
  ListVersionsByFunctionCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FUNCTION_BEHAVIOURS } from '../../../local/sandbox/lambda/code.ts';
import { type LambdaWorld, PLACE, startLambdaWorld, TARGET } from './world.ts';

const ALIAS = { FunctionName: TARGET.function, Name: TARGET.alias };
let world: LambdaWorld;
let client: LambdaClient;
beforeAll(async () => {
  world = await startLambdaWorld();
  client = new LambdaClient(world.aws);
  await world.lambda.addService({ ...PLACE, callsPerSecond: 0 });
});
afterAll(() => world.end());

const invoke = () =>
  client.send(
    new InvokeCommand({ FunctionName: TARGET.function, Qualifier: TARGET.alias, Payload: '{"path":"/1"}' }),
  );

test('the SDK reads versions with the commit in their description, and an alias that names one', async () => {
  const { Versions = [] } = await client.send(
    new ListVersionsByFunctionCommand({ FunctionName: TARGET.function }),
  );
  expect(Versions.map(({ Version }) => Version)).toEqual(['$LATEST', '1']);
  expect(Versions[1]?.Description).toMatch(/^acme\/web [0-9a-f]{40}$/);
  const alias = await client.send(new GetAliasCommand(ALIAS));
  expect(alias).toMatchObject({ Name: 'live', FunctionVersion: '1', Description: '' });
  expect(alias.RoutingConfig).toBeUndefined();
});

test('a call runs the code of the version that it fell to, and is told which one that was', async () => {
  // no call of this one fails by chance
  const good = await world.lambda.release('web', { errorRate: 0, milliseconds: 1 }, 'Never fail');
  const bad = await world.lambda.release('web', { errorRate: 1, milliseconds: 1 }, 'Always fail');
  expect(await world.lambda.publish(PLACE, good)).toBe('2');
  expect(await world.lambda.publish(PLACE, bad)).toBe('3');
  await client.send(new UpdateAliasCommand({ ...ALIAS, FunctionVersion: '2' }));
  const answered = await invoke();
  expect(answered).toMatchObject({ ExecutedVersion: '2' });
  expect(JSON.parse(new TextDecoder().decode(answered.Payload))).toEqual({ order: '/1', total: 2500 });
  await client.send(new UpdateAliasCommand({ ...ALIAS, FunctionVersion: '3' }));
  const failed = await invoke();
  expect(failed).toMatchObject({ ExecutedVersion: '3', FunctionError: 'Unhandled' });
});

test('refusals carry the names that the SDK knows', async () => {
  const stale = new UpdateAliasCommand({ ...ALIAS, FunctionVersion: '1', RevisionId: 'old' });
  await expect(client.send(stale)).rejects.toMatchObject({ name: 'PreconditionFailedException' });
  const missing = new GetAliasCommand({ ...ALIAS, Name: 'other' });
  await expect(client.send(missing)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('what was called is counted once, for the version that ran, as CloudWatch and as Prometheus', async () => {
  const start = Math.floor(Date.now() / 1000) * 1000;
  const weights = { AdditionalVersionWeights: { '3': 0.5 } };
  await client.send(new UpdateAliasCommand({ ...ALIAS, FunctionVersion: '2', RoutingConfig: weights }));
  const calls = await Promise.all(Array.from({ length: 60 }, () => invoke()));
  const failed = calls.filter(({ FunctionError }) => FunctionError !== undefined).length;
  const query = (Id: string, MetricName: string, ExecutedVersion: string) => ({
    Id,
    MetricStat: {
      Metric: {
        Namespace: 'AWS/Lambda',
        MetricName,
        Dimensions: Object.entries({
          ...{ FunctionName: 'web-staging', Resource: 'web-staging:live', ExecutedVersion },
        }).map(([Name, Value]) => ({ Name, Value })),
      },
      Period: 60,
      Stat: 'Sum',
    },
  });
  const cloudWatch = new CloudWatchClient(world.aws);
  const read = async (Id: string, name: string, version: string) => {
    const { MetricDataResults = [] } = await cloudWatch.send(
      new GetMetricDataCommand({
        StartTime: new Date(start - 60_000),
        EndTime: new Date(start + 60_000),
        MetricDataQueries: [query(Id, name, version)],
      }),
    );
    return (MetricDataResults[0]?.Values ?? []).reduce((sum, value) => sum + value, 0);
  };
  const ran = await Promise.all(['2', '3'].map((version) => read('n', 'Invocations', version)));
  expect(ran).toEqual(
    ['2', '3'].map((version) => calls.filter((each) => each.ExecutedVersion === version).length),
  );
  expect(await read('e', 'Errors', '3')).toBe(ran[1]);
  expect(failed).toBe(ran[1]);
});

test('a folder that is started again has its functions, and runs them', async () => {
  const first = await startLambdaWorld();
  await first.lambda.addService({ ...PLACE, callsPerSecond: 0 });
  const sha = await first.lambda.release('web', FUNCTION_BEHAVIOURS.slow, 'Look up each line');
  await first.lambda.publish(PLACE, sha);
  await first.end(true);
  const again = await startLambdaWorld(first.folder);
  const place = await again.lambda.addService({ ...PLACE, callsPerSecond: 0 });
  expect(place).toMatchObject({ version: '1', function: 'web-staging' });
  expect(await again.lambda.publish(PLACE, sha)).toBe('2');
  expect(await again.lambda.invoke('web-staging', 'live', {})).toMatchObject({ version: '1' });
  await again.end();
});
