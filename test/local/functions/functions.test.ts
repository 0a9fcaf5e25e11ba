import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CALL_AWS, clientOf, eventually, type Fixture, startFixture } from '../aws/fixture.ts';

const METRIC = {
  _aws: { CloudWatchMetrics: [{ Namespace: 'N', Dimensions: [['kind']], Metrics: [{ Name: 'm' }] }] },
  kind: 'a',
};
const QUEUE_ARN = { 'Fn::GetAtt': ['Lost', 'Arn'] };
const RESOURCES = {
  Items: {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      TableName: 'Items',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    },
  },
  Lost: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'lost' } },
  Config: {
    Type: 'AWS::Lambda::EventInvokeConfig',
    Properties: {
      FunctionName: { Ref: 'Failing' },
      MaximumRetryAttempts: 0,
      DestinationConfig: { OnFailure: { Destination: QUEUE_ARN } },
    },
  },
};
const SENDS = [{ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: QUEUE_ARN }];
const FUNCTIONS = {
  Slow: {
    source: 'export const handler = () => new Promise((r) => setTimeout(r, 60000));',
    properties: { Timeout: 1 },
  },
  Exits: { source: 'export const handler = () => process.exit(3);' },
  Broken: { source: 'throw new SyntaxError("no module");' },
  Counts: {
    source: `let served = 0; let together = 0;
      export const handler = async () => { served += 1; together += 1; const now = together;
        await new Promise((r) => setTimeout(r, 20)); together -= 1; return { served, now }; };`,
    properties: { ReservedConcurrentExecutions: 1 },
  },
  Measures: {
    source: `export const handler = ({ m }) => console.log(JSON.stringify({ ...${JSON.stringify(METRIC)}, m }));`,
  },
  Context: {
    source: `export const handler = (_, context) => ({ arn: context.invokedFunctionArn, left: context.getRemainingTimeInMillis(),
      name: process.env.AWS_LAMBDA_FUNCTION_NAME, own: process.env.OWN, factor: process.env.HOLDFAST_TIME_FACTOR });`,
    properties: { Environment: { Variables: { OWN: 'yes' } } },
  },
  Failing: { source: 'export const handler = () => { throw new TypeError("never"); };', statements: SENDS },
  Curious: {
    source: `${CALL_AWS}
      export const handler = () => call('dynamodb', 'DynamoDB_20120810.GetItem', { TableName: 'Items', Key: { pk: { S: 'a' } } });`,
  },
};

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture(RESOURCES, FUNCTIONS, { speed: 2 });
});
afterAll(() => fixture.end());

async function invoke(name: string, payload: unknown = {}) {
  const client = new LambdaClient(clientOf(fixture.cloud));
  const Payload = JSON.stringify(payload);
  const answer = await client.send(new InvokeCommand({ FunctionName: `Test-${name}`, Payload }));
  return JSON.parse(answer.Payload?.transformToString() ?? 'null');
}

test('a function that takes too long is ended, and the next invocation gets a new environment', async () => {
  const ended = {
    errorType: 'Sandbox.Timedout',
    errorMessage: expect.stringMatching(/timed out after 1.00 seconds$/),
  };
  expect(await invoke('Slow')).toMatchObject(ended);
  expect(await invoke('Slow')).toMatchObject(ended);
});

test('a function that ends its process is reported with the status it ended with', async () => {
  expect(await invoke('Exits')).toEqual({
    errorType: 'Runtime.ExitError',
    errorMessage: 'Runtime exited with status 3',
  });
});

test('a bundle that cannot be loaded fails each invocation with its own error', async () => {
  expect(await invoke('Broken')).toMatchObject({ errorType: 'SyntaxError', errorMessage: 'no module' });
});

test('an environment is reused and runs one invocation at a time', async () => {
  const answers = await Promise.all([invoke('Counts'), invoke('Counts'), invoke('Counts')]);
  expect(answers.map(({ now }) => now)).toEqual([1, 1, 1]);
  expect(answers.map(({ served }) => served).sort()).toEqual([1, 2, 3]);
});

test('what a function logs is kept, and its embedded metrics are added up', async () => {
  await invoke('Measures', { m: [1, 2] });
  await invoke('Measures', { m: 5 });
  const total = await eventually(() => fixture.cloud.metrics().find(({ count }) => count === 3));
  expect(total).toMatchObject({
    namespace: 'N',
    name: 'm',
    dimensions: { kind: 'a' },
    sum: 8,
  });
  const log = () => readFileSync(join(fixture.folder, 'logs', 'Test-Measures.log'), 'utf8');
  expect(await eventually(() => log().includes('CloudWatchMetrics') || undefined)).toBe(true);
});

test('a function sees its own environment, name and deadline', async () => {
  expect(await invoke('Context')).toEqual({
    arn: 'arn:aws:lambda:us-east-1:000000000000:function:Test-Context',
    left: expect.any(Number),
    name: 'Test-Context',
    own: 'yes',
    factor: '2',
  });
});

test('an event that a function never takes goes to its destination with the reason', async () => {
  await fixture.cloud.call('lambda', 'Invoke', {
    FunctionName: 'Test-Failing',
    InvocationType: 'Event',
    Payload: { n: 7 },
  });
  const body = await eventually(async () => {
    const got = await fixture.cloud.call('sqs', 'ReceiveMessage', { QueueUrl: 'lost' });
    return JSON.stringify(got).includes('Body') ? JSON.stringify(got) : undefined;
  });
  const { Messages } = JSON.parse(body);
  expect(JSON.parse(Messages[0].Body)).toMatchObject({
    requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 1 },
    requestPayload: { n: 7 },
    responsePayload: { errorType: 'TypeError', errorMessage: 'never' },
  });
});

test('a call that no policy grants is AccessDenied in the words of AWS', async () => {
  const { status, body } = await invoke('Curious');
  expect(status).toBe(400);
  expect(body).toMatchObject({
    __type: 'AccessDeniedException',
    message: expect.stringMatching(
      /^User: arn:aws:.*Test-CuriousRole is not authorized to perform: dynamodb:GetItem on resource: .*table\/Items/,
    ),
  });
});
