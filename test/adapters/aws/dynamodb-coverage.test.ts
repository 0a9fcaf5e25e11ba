import { BatchGetCommand, DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dynamoCoverage } from '../../../shared/adapters/aws/dynamodb-coverage.ts';
import { databaseMissing, startDatabase, type TestDatabase } from '../../support/dynamodb.ts';

const decision = { kind: 'rollback', id: 'rbk_1', rev: 5 };

describe.skipIf(databaseMissing)('in DynamoDB', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await startDatabase();
  });
  afterAll(() => database?.stop());

  const put = (item: Record<string, unknown>) =>
    database.client.send(new PutCommand({ TableName: database.tables.ledger, Item: { v: 1, ...item } }));

  test.each([
    ['no entry', undefined, 10, false],
    ['no checkpoint', 4, undefined, false],
    ['a checkpoint of the size before it', 4, 4, false],
    ['a checkpoint that just covers it', 4, 5, true],
  ])('%s', async (what, seq, size, covered) => {
    const ledgerId = what.replaceAll(' ', '-');
    const own = { ...decision, id: ledgerId };
    if (seq !== undefined) await put({ pk: `E#rollback/${ledgerId}/5`, seq, bytes: '{}' });
    if (size !== undefined) await put({ pk: `CHECKPOINT#${ledgerId}`, size });
    const { client, tables } = database;
    expect(await dynamoCoverage({ client, table: tables.ledger, ledgerId }).covers(own)).toBe(covered);
  });
});

test('keys that stay unread, and items of another form, are faults and never a no', async () => {
  const mock = mockClient(DynamoDBDocumentClient);
  const client = mock as unknown as DynamoDBDocumentClient;
  const { covers } = dynamoCoverage({ client, table: 'ledger', ledgerId: 'holdfast' });
  const Keys = [{ pk: 'CHECKPOINT#holdfast' }];
  mock.on(BatchGetCommand).resolves({ Responses: { ledger: [] }, UnprocessedKeys: { ledger: { Keys } } });
  await expect(covers(decision)).rejects.toMatchObject({ name: 'Unavailable' });
  expect(mock.commandCalls(BatchGetCommand)).toHaveLength(3);
  mock.on(BatchGetCommand).resolves({ Responses: { ledger: [{ pk: 'CHECKPOINT#holdfast', size: 'ten' }] } });
  await expect(covers(decision)).rejects.toMatchObject({ name: 'Malformed' });
});
