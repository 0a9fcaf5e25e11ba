import {
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createIam } from '../../../local/cloud/iam/iam.ts';
import { clientOf, eventually, type Fixture, startFixture } from './fixture.ts';

const queue = (QueueName: string, own: object = {}) => ({
  Type: 'AWS::SQS::Queue',
  Properties: { QueueName, VisibilityTimeout: 0, ...own },
});
const RESOURCES = {
  Jobs: queue('jobs'),
  Late: queue('late', { DelaySeconds: 1 }),
  Dead: queue('dead'),
  Tried: queue('tried', {
    RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 2 },
  }),
};
const may = (Action: string) => ({
  source: 'export const handler = () => null;',
  statements: [{ Effect: 'Allow', Action, Resource: { 'Fn::GetAtt': ['Jobs', 'Arn'] } }],
});
const FUNCTIONS = { Sender: may('sqs:SendMessage'), Receiver: may('sqs:ReceiveMessage') };

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture(RESOURCES, FUNCTIONS, { speed: 10 });
});
afterAll(() => fixture.end());

const url = (name: string) => `https://sqs.us-east-1.amazonaws.com/000000000000/${name}`;
const client = (role?: string) => {
  const { resources } = fixture.cloud;
  const accessKeyId = role === undefined ? 'local' : createIam(resources).credentialsOf(role).accessKeyId;
  return new SQSClient(clientOf(fixture.cloud, accessKeyId));
};
const send = (name: string, MessageBody: string, own: object = {}, role?: string) =>
  client(role).send(new SendMessageCommand({ QueueUrl: url(name), MessageBody, ...own }));
const receive = async (name: string, own: object = {}, role?: string) =>
  (await client(role).send(new ReceiveMessageCommand({ QueueUrl: url(name), ...own }))).Messages?.[0];
const remove = (name: string, ReceiptHandle = '') =>
  client().send(new DeleteMessageCommand({ QueueUrl: url(name), ReceiptHandle }));

test('a message comes again until it is deleted, and counts how often it came', async () => {
  const MessageAttributes = { why: { DataType: 'String', StringValue: 'late' } };
  await send('jobs', 'work', { MessageAttributes });
  expect(await receive('jobs')).toMatchObject({ Body: 'work', MessageAttributes });
  const again = await receive('jobs', { MessageSystemAttributeNames: ['All'] });
  expect(again).toMatchObject({ Body: 'work', Attributes: { ApproximateReceiveCount: '2' } });
  await remove('jobs', again?.ReceiptHandle);
  expect(await receive('jobs')).toBeUndefined();
});

test('a received message is hidden for the time that the receiver asks for', async () => {
  await send('jobs', 'hidden');
  const found = await receive('jobs', { VisibilityTimeout: 30 });
  expect(found?.Body).toBe('hidden');
  expect(await receive('jobs')).toBeUndefined();
  await remove('jobs', found?.ReceiptHandle);
});

test.each([
  ['its own delay', 'jobs', { DelaySeconds: 2 }, 200],
  ['the delay of its queue', 'late', {}, 100],
] as const)(
  'a message with %s comes after it, at the speed of the cloud',
  async (_, name, own, milliseconds) => {
    const before = performance.now();
    await send(name, 'later', own);
    const found = await eventually(() => receive(name));
    // Both ends round to a millisecond.
    expect(performance.now() - before).toBeGreaterThanOrEqual(milliseconds - 2);
    await remove(name, found.ReceiptHandle);
  },
);

test('a message that was received too often goes to the dead letters', async () => {
  const { MessageId } = await send('tried', 'poison');
  expect([(await receive('tried'))?.Body, (await receive('tried'))?.Body]).toEqual(['poison', 'poison']);
  expect(await receive('tried')).toBeUndefined();
  expect(await receive('dead')).toMatchObject({ Body: 'poison', MessageId });
});

test('messages outlive a restart', async () => {
  await send('jobs', 'kept');
  const { folder } = fixture;
  await fixture.cloud.close();
  fixture = await startFixture(RESOURCES, FUNCTIONS, { speed: 10, dataDir: folder });
  expect((await receive('jobs'))?.Body).toBe('kept');
});

describe('a call is refused', () => {
  test.each([
    ['a queue nobody made', () => send('nobody', 'x'), 'QueueDoesNotExist'],
    ['a delay over 900 s', () => send('jobs', 'x', { DelaySeconds: 901 }), 'InvalidParameterValue'],
    ['more than ten at once', () => receive('jobs', { MaxNumberOfMessages: 11 }), 'InvalidParameterValue'],
    ['a role that may only send', () => receive('jobs', {}, 'SenderRole'), 'AccessDeniedException'],
    ['a role that may only receive', () => send('jobs', 'x', {}, 'ReceiverRole'), 'AccessDeniedException'],
  ])('%s', async (_, call, name) => {
    await expect(call()).rejects.toMatchObject({ name });
  });
});

test.each([
  ['FifoQueue', { FifoQueue: true }, 'FifoQueue of a queue is not run'],
  [
    'dead letters elsewhere',
    { RedrivePolicy: { deadLetterTargetArn: 'arn:x', maxReceiveCount: 1 } },
    'names no queue',
  ],
])('a queue with %s is refused at start', async (_, own, message) => {
  await expect(startFixture({ Jobs: queue('jobs', own) })).rejects.toThrow(message);
});
