import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { GetAliasCommand, LambdaClient, UpdateAliasCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LambdaWorld, PLACE, startLambdaWorld, TARGET } from '../lambda/world.ts';
import { clientOf, type Fixture, startFixture } from './fixture.ts';

const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:web-*';
const allow = (Action: readonly string[], Resource: string) => ({ Effect: 'Allow', Action, Resource });
/** Answers under which key it runs. */
const source = 'export const handler = async () => process.env.AWS_ACCESS_KEY_ID;';
const read = [
  allow(['lambda:GetAlias', 'lambda:ListVersionsByFunction'], FUNCTION),
  allow(['cloudwatch:GetMetricData'], '*'),
];
const FUNCTIONS = {
  Judge: { source, statements: read },
  Mover: { source, statements: [...read, allow(['lambda:UpdateAlias'], FUNCTION)] },
};
const ALIAS = { FunctionName: TARGET.function, Name: TARGET.alias };

let world: LambdaWorld;
let fixture: Fixture;
beforeAll(async () => {
  world = await startLambdaWorld();
  await world.lambda.addService({ ...PLACE, callsPerSecond: 0 });
  fixture = await startFixture({}, FUNCTIONS, { outside: world.lambda.url });
});
afterAll(async () => {
  await fixture.end();
  await world.end();
});

async function as(name: keyof typeof FUNCTIONS) {
  const function_ = fixture.cloud.resources.find((resource) => resource.logicalId === name);
  const answer = await fixture.cloud.call('lambda', 'Invoke', {
    FunctionName: `${function_?.stack}-${name}`,
    Payload: {},
  });
  const { Payload } = answer as { readonly Payload: string };
  return clientOf(fixture.cloud, Payload);
}

const metrics = () =>
  new GetMetricDataCommand({
    StartTime: new Date(Date.now() - 60_000),
    EndTime: new Date(),
    MetricDataQueries: [
      {
        Id: 'n',
        MetricStat: {
          Metric: { Namespace: 'AWS/Lambda', MetricName: 'Invocations', Dimensions: [] },
          Period: 60,
          Stat: 'Sum',
        },
      },
    ],
  });

test('a role that may read an alias and its metrics reads them of the sandbox, through the one endpoint', async () => {
  const client = await as('Judge');
  const alias = await new LambdaClient(client).send(new GetAliasCommand(ALIAS));
  expect(alias).toMatchObject({ Name: 'live', FunctionVersion: '1' });
  const { MetricDataResults } = await new CloudWatchClient(client).send(metrics());
  expect(MetricDataResults).toMatchObject([{ Id: 'n', StatusCode: 'Complete', Values: [] }]);
});

test('a role without lambda:UpdateAlias is refused, and the alias stays as it is', async () => {
  const lambda = new LambdaClient(await as('Judge'));
  const before = await lambda.send(new GetAliasCommand(ALIAS));
  const update = new UpdateAliasCommand({ ...ALIAS, Description: 'mine' });
  await expect(lambda.send(update)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  const after = await lambda.send(new GetAliasCommand(ALIAS));
  expect(after.RevisionId).toBe(before.RevisionId);
});

test('a role that may move functions of one name moves no other', async () => {
  const lambda = new LambdaClient(await as('Mover'));
  const moved = await lambda.send(new UpdateAliasCommand({ ...ALIAS, Description: 'mine' }));
  expect(moved.Description).toBe('mine');
  const other = new UpdateAliasCommand({ FunctionName: 'billing', Name: 'live', Description: 'mine' });
  await expect(lambda.send(other)).rejects.toMatchObject({ name: 'AccessDeniedException' });
});

test('an error of the sandbox comes back in its own words', async () => {
  const lambda = new LambdaClient(await as('Mover'));
  const late = new UpdateAliasCommand({ ...ALIAS, RevisionId: 'an old one', Description: 'mine' });
  await expect(lambda.send(late)).rejects.toMatchObject({ name: 'PreconditionFailedException' });
  const gone = new GetAliasCommand({ ...ALIAS, Name: 'gone' });
  await expect(lambda.send(gone)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('without an outside the calls are not run here', async () => {
  const alone = await startFixture({}, {});
  const lambda = new LambdaClient(clientOf(alone.cloud));
  await expect(lambda.send(new GetAliasCommand(ALIAS))).rejects.toMatchObject({
    name: 'UnknownOperationException',
  });
  await alone.end();
});
