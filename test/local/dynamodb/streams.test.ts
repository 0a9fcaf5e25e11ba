import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CALL_AWS, eventually, type Fixture, startFixture } from '../aws/fixture.ts';

const table = (TableName: string, own: object = {}) => ({
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    TableName,
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    ...own,
  },
});
const VERSIONED = { VersioningConfiguration: { Status: 'Enabled' } };
const RESOURCES = {
  Source: table('Source', { StreamSpecification: { StreamViewType: 'NEW_IMAGE' } }),
  Copies: table('Copies'),
  Failures: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'failures', ...VERSIONED } },
  Mapping: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      EventSourceArn: { 'Fn::GetAtt': ['Source', 'StreamArn'] },
      FunctionName: { Ref: 'Copy' },
      BatchSize: 10,
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT"]}' }] },
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['Failures', 'Arn'] } } },
    },
  },
};
const FUNCTIONS = {
  Copy: {
    source: `${CALL_AWS}
      export const handler = async ({ Records }) => {
        for (const { dynamodb: { NewImage, SequenceNumber } } of Records) {
          if (NewImage.pk.S === 'poison') return { batchItemFailures: [{ itemIdentifier: SequenceNumber }] };
          await call('dynamodb', 'DynamoDB_20120810.UpdateItem', { TableName: 'Copies', Key: { pk: NewImage.pk },
            UpdateExpression: 'ADD seen :one', ExpressionAttributeValues: { ':one': { N: '1' } } });
        }
        return { batchItemFailures: [] };
      };`,
    statements: [
      { Effect: 'Allow', Action: 'dynamodb:UpdateItem', Resource: { 'Fn::GetAtt': ['Copies', 'Arn'] } },
      { Effect: 'Allow', Action: 'dynamodb:*', Resource: { 'Fn::GetAtt': ['Source', 'StreamArn'] } },
      { Effect: 'Allow', Action: 's3:PutObject', Resource: 'arn:aws:s3:::failures/*' },
    ],
  },
};

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture(RESOURCES, FUNCTIONS);
});
afterAll(() => fixture.end());

const put = (pk: string) =>
  fixture.cloud.call('dynamodb', 'PutItem', { TableName: 'Source', Item: { pk: { S: pk } } });

/** How often the function took each record. */
async function copies(): Promise<Record<string, number>> {
  const { Items } = Object(await fixture.cloud.call('dynamodb', 'Scan', { TableName: 'Copies' }));
  const counted = Items.map(({ pk, seen }: { pk: { S: string }; seen: { N: string } }) => [
    pk.S,
    Number(seen.N),
  ]);
  return Object.fromEntries(counted);
}

const seen = (...keys: readonly string[]) =>
  eventually(async () => {
    const found = await copies();
    return keys.every((key) => key in found) ? found : undefined;
  });

test('a written item reaches the function of its stream once, a change that the filter excludes does not', async () => {
  await put('first');
  await put('first');
  await put('second');
  expect(await seen('first', 'second')).toMatchObject({ first: 1, second: 1 });
});

test('a record that is never taken ends in the bucket with its whole invocation, the others pass', async () => {
  await Promise.all([put('before'), put('poison'), put('behind')]);
  await seen('before', 'behind');
  const key = await eventually(async () => {
    const database = new DatabaseSync(join(fixture.folder, 'cloud.sqlite'), { readOnly: true });
    const found = database.prepare("SELECT key FROM object_versions WHERE bucket = 'failures'").get();
    database.close();
    return found?.key;
  });
  expect(key).toMatch(/^aws\/lambda\/Test-Mapping\/shardId-\S+\/\d{4}\/\d\d\/\d\d\//);
  const { Body } = Object(await fixture.cloud.call('s3', 'GetObject', { Bucket: 'failures', Key: key }));
  const record = JSON.parse(Buffer.from(Body).toString());
  expect(record).toMatchObject({
    requestContext: { condition: 'RetryAttemptsExhausted' },
    DDBStreamBatchInfo: { batchSize: 1 },
  });
  expect(JSON.parse(record.payload).Records[0].dynamodb.NewImage).toEqual({ pk: { S: 'poison' } });
});

test('a doubled delivery comes twice', async () => {
  fixture.cloud.setFaults([{ kind: 'delivery', name: 'stream:*', effect: 'duplicate' }]);
  await put('doubled');
  await eventually(async () => ((await copies()).doubled === 2 ? true : undefined));
  fixture.cloud.setFaults([]);
});

test('a restart over the same data goes on behind the last record that was taken', async () => {
  await put('old');
  await seen('old');
  const before = await copies();
  await fixture.cloud.close();
  const { folder } = fixture;
  fixture = await startFixture(RESOURCES, FUNCTIONS, { dataDir: folder });
  await put('new');
  expect(await seen('new')).toEqual({ ...before, new: 1 });
});

test('the engine finds the last sequence number of a stream by its index', () => {
  const database = new DatabaseSync(join(fixture.folder, 'dynamodb.sqlite'), { readOnly: true });
  const query = 'SELECT MAX(CAST(sequence_number AS INTEGER)) + 1 FROM _stream_records WHERE table_name = ?';
  const plan = JSON.stringify(database.prepare(`EXPLAIN QUERY PLAN ${query}`).all('Source'));
  database.close();
  expect(plan).toContain('USING COVERING INDEX holdfast_stream_sequence');
});
