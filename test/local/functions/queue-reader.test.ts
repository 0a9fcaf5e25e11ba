import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CALL_AWS, eventually, type Fixture, startFixture } from '../aws/fixture.ts';

const queue = (QueueName: string, own: object = {}) => ({
  Type: 'AWS::SQS::Queue',
  Properties: { QueueName, VisibilityTimeout: 10, ...own },
});
const mapping = (own: object = {}) => ({
  Type: 'AWS::Lambda::EventSourceMapping',
  Properties: {
    EventSourceArn: { 'Fn::GetAtt': ['Jobs', 'Arn'] },
    FunctionName: { Ref: 'Work' },
    BatchSize: 10,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    ScalingConfig: { MaximumConcurrency: 2 },
    ...own,
  },
});
const RESOURCES = {
  Seen: {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      TableName: 'Seen',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    },
  },
  Dead: queue('dead'),
  Jobs: queue('jobs', {
    RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 2 },
  }),
  Mapping: mapping(),
};
/** Counts every body it saw, does not take `poison`, breaks over `bomb`. */
const WORK = {
  source: `${CALL_AWS}
    export const handler = async ({ Records }) => {
      const batchItemFailures = [];
      for (const { messageId, body, attributes, messageAttributes, eventSource, eventSourceARN } of Records) {
        await call('dynamodb', 'DynamoDB_20120810.UpdateItem', { TableName: 'Seen', Key: { pk: { S: body } },
          UpdateExpression: 'SET rest = :rest ADD seen :one', ExpressionAttributeValues: { ':one': { N: '1' },
          ':rest': { S: JSON.stringify({ attributes, messageAttributes, eventSource, eventSourceARN }) } } });
        if (body === 'bomb') throw new Error('bomb');
        if (body === 'poison') batchItemFailures.push({ itemIdentifier: messageId });
        if (body === 'stray') batchItemFailures.push({ itemIdentifier: 'nobody' });
      }
      return { batchItemFailures };
    };`,
  statements: [
    { Effect: 'Allow', Action: 'dynamodb:UpdateItem', Resource: { 'Fn::GetAtt': ['Seen', 'Arn'] } },
    { Effect: 'Allow', Action: 'sqs:*', Resource: { 'Fn::GetAtt': ['Jobs', 'Arn'] } },
  ],
};
const SPEED = { speed: 10 };

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture(RESOURCES, { Work: WORK }, SPEED);
});
afterAll(() => fixture.end());

const send = (MessageBody: string, own: object = {}) =>
  fixture.cloud.call('sqs', 'SendMessage', { QueueUrl: 'jobs', MessageBody, ...own });

/** How often the function saw a body, once it did so often enough. */
const seen = (body: string, times = 1) =>
  eventually(async () => {
    const got = await fixture.cloud.call('dynamodb', 'GetItem', {
      TableName: 'Seen',
      Key: { pk: { S: body } },
    });
    const { Item } = Object(got);
    return Number(Item?.seen.N ?? 0) >= times
      ? { times: Number(Item.seen.N), ...JSON.parse(Item.rest.S) }
      : undefined;
  });
const dead = () =>
  eventually(async () => {
    const got = await fixture.cloud.call('sqs', 'ReceiveMessage', { QueueUrl: 'dead' });
    return Object(got).Messages[0]?.Body;
  });

test('a message reaches the function once, as Lambda words it', async () => {
  await send('first', { MessageAttributes: { why: { DataType: 'String', StringValue: 'due' } } });
  expect(await seen('first')).toMatchObject({
    times: 1,
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:jobs',
    attributes: { ApproximateReceiveCount: '1' },
    messageAttributes: { why: { dataType: 'String', stringValue: 'due' } },
  });
});

test('a delay is kept, at the speed of the cloud', async () => {
  const before = performance.now();
  await send('late', { DelaySeconds: 4 });
  await seen('late');
  expect(performance.now() - before).toBeGreaterThanOrEqual(398);
});

test.each(['poison', 'bomb', 'stray'])(
  'a message (%s) that is never taken ends in the dead letters',
  async (body) => {
    await send(body);
    expect((await seen(body, 2)).times).toBe(2);
    expect(await dead()).toBe(body);
  },
);

test('a doubled delivery comes twice', async () => {
  fixture.cloud.setFaults([{ kind: 'delivery', name: 'queue:*', effect: 'duplicate' }]);
  await send('doubled');
  expect((await seen('doubled', 2)).times).toBe(2);
});

test('a message that was not taken before the end is taken after a restart', async () => {
  await send('kept', { DelaySeconds: 20 });
  const { folder } = fixture;
  await fixture.cloud.close();
  fixture = await startFixture(RESOURCES, { Work: WORK }, { ...SPEED, dataDir: folder });
  expect((await seen('kept')).times).toBe(1);
});

describe('a mapping is refused at start', () => {
  test.each([
    ['that does not answer in parts', { FunctionResponseTypes: [] }, 'answer in parts'],
    ['that filters', { FilterCriteria: { Filters: [] } }, 'unfiltered'],
    ['of large batches', { BatchSize: 11 }, 'up to 10 messages'],
  ])('%s', async (_, own, message) => {
    const started = startFixture({ ...RESOURCES, Mapping: mapping(own) }, { Work: WORK });
    await expect(started).rejects.toThrow(message);
  });
  test('over a queue that shows a message again while the function may still run', async () => {
    const started = startFixture(
      { ...RESOURCES, Jobs: queue('jobs', { VisibilityTimeout: 9 }) },
      { Work: WORK },
    );
    await expect(started).rejects.toThrow("the queue's VisibilityTimeout is less than the Timeout");
  });
  test('whose function may not read the queue', async () => {
    const statements = [{ Effect: 'Allow', Action: 'sqs:ReceiveMessage', Resource: '*' }];
    const started = startFixture(RESOURCES, { Work: { ...WORK, statements } });
    await expect(started).rejects.toThrow('the mapping Test-Mapping cannot read its source');
  });
});
