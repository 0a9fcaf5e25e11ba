import { describe, expect, test } from 'vitest';
import { partitionKeys } from '../../../local/cloud/iam/dynamo-requests.ts';
import { iamRequests } from '../../../local/cloud/iam/requests.ts';
import { resource } from './roles.ts';

const keyOf = partitionKeys([
  resource('AWS::DynamoDB::Table', 'T', {
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      { IndexName: 'byKind', KeySchema: [{ AttributeName: 'kindPk', KeyType: 'HASH' }] },
    ],
  }),
]);
const T = 'arn:aws:dynamodb:us-east-1:000000000000:table/App-T';
const secure = { 'aws:SecureTransport': 'true' };
const key = (pk: string) => ({ pk: { S: pk }, sk: { S: '-' } });
const requests = (service: string, action: string, input: Record<string, unknown>) =>
  iamRequests(service, action, input, { keyOf });

describe('a call of DynamoDB', () => {
  test('on one item is asked on its table with its leading key', () => {
    const expected = [
      { action: 'dynamodb:PutItem', resource: T, context: { ...secure, 'dynamodb:LeadingKeys': ['A#1'] } },
    ];
    expect(requests('dynamodb', 'PutItem', { TableName: 'App-T', Item: key('A#1') })).toEqual(expected);
    expect(requests('dynamodb', 'PutItem', { TableName: T, Item: key('A#1') })).toEqual(expected);
  });
  test('that writes a transaction is asked item by item, each naming the transaction', () => {
    const TransactItems = [
      { Put: { TableName: 'App-T', Item: key('A') } },
      { Update: { TableName: 'App-T', Key: key('B') } },
      { Delete: { TableName: 'App-T', Key: key('C') } },
      { ConditionCheck: { TableName: 'App-T', Key: key('D') } },
    ];
    const asked = requests('dynamodb', 'TransactWriteItems', { TransactItems });
    expect(asked?.map(({ action }) => action)).toEqual([
      'dynamodb:PutItem',
      'dynamodb:UpdateItem',
      'dynamodb:DeleteItem',
      'dynamodb:ConditionCheckItem',
    ]);
    expect(asked?.map(({ context }) => context['dynamodb:EnclosingOperation'])).toEqual(
      Array(4).fill('TransactWriteItems'),
    );
    expect(asked?.map(({ context }) => context['dynamodb:LeadingKeys'])).toEqual([
      ['A'],
      ['B'],
      ['C'],
      ['D'],
    ]);
  });
  test('that reads a batch is asked once a table with every leading key', () => {
    const RequestItems = { 'App-T': { Keys: [key('A'), key('B')] } };
    expect(requests('dynamodb', 'BatchGetItem', { RequestItems })).toEqual([
      {
        action: 'dynamodb:BatchGetItem',
        resource: T,
        context: { ...secure, 'dynamodb:LeadingKeys': ['A', 'B'] },
      },
    ]);
  });
  test('that queries an index is asked on the index with the key of the index', () => {
    const query = {
      TableName: 'App-T',
      IndexName: 'byKind',
      KeyConditionExpression: '#k = :k AND createdAt > :t',
      ExpressionAttributeNames: { '#k': 'kindPk' },
      ExpressionAttributeValues: { ':k': { S: 'ROLLBACK' }, ':t': { S: 'x' } },
    };
    expect(requests('dynamodb', 'Query', query)).toEqual([
      {
        action: 'dynamodb:Query',
        resource: `${T}/index/byKind`,
        context: { ...secure, 'dynamodb:LeadingKeys': ['ROLLBACK'] },
      },
    ]);
  });
  test('whose key condition cannot be read has a leading key that no pattern allows by chance', () => {
    const asked = requests('dynamodb', 'Query', { TableName: 'App-T', KeyConditionExpression: 'other = :k' });
    expect(asked?.[0]?.context['dynamodb:LeadingKeys']).toEqual(['']);
  });
});

const arn = (rest: string) => `arn:aws:${rest}`;

describe('a call of another service', () => {
  test.each([
    [
      'lambda',
      'Invoke',
      { FunctionName: 'App-F' },
      'lambda:InvokeFunction',
      arn('lambda:us-east-1:000000000000:function:App-F'),
    ],
    [
      'states',
      'StartExecution',
      { stateMachineArn: arn('states:m') },
      'states:StartExecution',
      arn('states:m'),
    ],
    ['states', 'SendTaskSuccess', { taskToken: 't' }, 'states:SendTaskSuccess', '*'],
    [
      'secretsmanager',
      'GetSecretValue',
      { SecretId: 'App-S' },
      'secretsmanager:GetSecretValue',
      arn('secretsmanager:us-east-1:000000000000:secret:App-S-local0'),
    ],
    [
      'sqs',
      'SendMessage',
      { QueueUrl: 'http://x/0/App-Q' },
      'sqs:SendMessage',
      arn('sqs:us-east-1:000000000000:App-Q'),
    ],
    [
      'sqs',
      'ReceiveMessage',
      { QueueUrl: 'App-Q' },
      'sqs:ReceiveMessage',
      arn('sqs:us-east-1:000000000000:App-Q'),
    ],
    ['s3', 'GetObject', { Bucket: 'b', Key: 'k' }, 's3:GetObject', arn('s3:::b/k')],
    ['s3', 'GetObject', { Bucket: 'b', Key: 'k', VersionId: '1' }, 's3:GetObjectVersion', arn('s3:::b/k')],
    ['s3', 'DeleteObject', { Bucket: 'b', Key: 'k' }, 's3:DeleteObject', arn('s3:::b/k')],
    ['s3', 'HeadObject', { Bucket: 'b', Key: 'k' }, 's3:GetObject', arn('s3:::b/k')],
    ['s3', 'ListObjectVersions', { Bucket: 'b' }, 's3:ListBucketVersions', arn('s3:::b')],
    [
      'events',
      'PutEvents',
      { Entries: [{ EventBusName: 'bus' }] },
      'events:PutEvents',
      arn('events:us-east-1:000000000000:event-bus/bus'),
    ],
  ])('%s %s', (service, action, input, asked, on) => {
    expect(requests(service, action, input)).toEqual([{ action: asked, resource: on, context: secure }]);
  });
  test('with a task token is asked on the machine that gave it', () => {
    const directory = { keyOf, machineOfToken: () => arn('states:m') };
    const [asked] = iamRequests('states', 'SendTaskSuccess', { taskToken: 't' }, directory) ?? [];
    expect(asked?.resource).toBe(arn('states:m'));
  });
  test('that is not known gives no request, so that it is denied', () => {
    expect(requests('dynamodb', 'ExecuteStatement', {})).toBeUndefined();
    expect(requests('states', 'StopExecution', { executionArn: 'x' })).toBeUndefined();
    expect(requests('sqs', 'PurgeQueue', { QueueUrl: 'x' })).toBeUndefined();
    expect(requests('secretsmanager', 'PutSecretValue', { SecretId: 'x' })).toBeUndefined();
    expect(requests('s3', 'DeleteBucket', { Bucket: 'b' })).toBeUndefined();
    expect(requests('kms', 'Decrypt', {})).toBeUndefined();
  });
});

describe('a call of S3', () => {
  test('that puts an object says whether it may replace one', () => {
    const put = { Bucket: 'b', Key: 'k', IfNoneMatch: '*' };
    const context = { ...secure, 's3:ObjectCreationOperation': 'true', 's3:if-none-match': '*' };
    expect(requests('s3', 'PutObject', put)).toEqual([
      { action: 's3:PutObject', resource: 'arn:aws:s3:::b/k', context },
    ]);
  });
  test('that removes a version in spite of its lock needs that right as well', () => {
    const input = { Bucket: 'b', Key: 'k', VersionId: '1', BypassGovernanceRetention: true };
    expect(requests('s3', 'DeleteObject', input)?.map(({ action }) => action)).toEqual([
      's3:DeleteObjectVersion',
      's3:BypassGovernanceRetention',
    ]);
  });
});
