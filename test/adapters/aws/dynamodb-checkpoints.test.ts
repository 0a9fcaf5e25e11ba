import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { documentClient } from '../../../shared/adapters/aws/clients.ts';
import { dynamoCheckpoints } from '../../../shared/adapters/aws/dynamodb-checkpoints.ts';
import { isFault } from '../../../shared/kernel/index.ts';
import { databaseMissing, startDatabase, type TestDatabase } from '../../support/dynamodb.ts';
import { checkpointsContract } from '../../support/publishing-contract.ts';

describe.skipIf(databaseMissing)('DynamoDB', () => {
  let database: TestDatabase;
  let ledgers = 0;
  beforeAll(async () => {
    database = await startDatabase();
  });
  afterAll(() => database?.stop());

  checkpointsContract('DynamoDB', () => {
    ledgers += 1;
    const { client, tables } = database;
    return dynamoCheckpoints({ client, table: tables.ledger, ledgerId: `ledger-${ledgers}` });
  });
});

describe('where an answer is lost', () => {
  const client = documentClient(new DynamoDBClient({ region: 'eu-west-1' }));
  const dynamo = mockClient(client);
  const table = dynamoCheckpoints({ client, table: 'ledger', ledgerId: 'one' });
  const named = (name: string): Error => Object.assign(new Error(name), { name });
  const next = { size: 1, root: 'a'.repeat(64), note: 'note', signedAt: '2026-11-21T10:00:00.000Z' };
  beforeEach(() => dynamo.reset());

  test('a put that was there already on its second try was ours', async () => {
    dynamo.on(PutCommand).rejects(named('ConditionalCheckFailedException'));
    dynamo.on(GetCommand).resolves({ Item: { pk: 'CHECKPOINT#one', v: 1, ...next } });
    expect(await table.put(next, undefined)).toBe(true);
    dynamo.on(GetCommand).resolves({ Item: { pk: 'CHECKPOINT#one', v: 1, ...next, note: 'another' } });
    expect(await table.put(next, undefined)).toBe(false);
  });

  test('faults keep their names, and an item of another form is refused', async () => {
    dynamo.on(PutCommand).rejects(named('ThrottlingException'));
    await expect(table.put(next, undefined)).rejects.toSatisfy((thrown) => isFault(thrown, 'Unavailable'));
    for (const wrong of [{ v: 2 }, { root: 'x' }, { size: -1 }]) {
      dynamo.on(GetCommand).resolves({ Item: { pk: 'CHECKPOINT#one', v: 1, ...next, ...wrong } });
      await expect(table.newest()).rejects.toSatisfy((thrown) => isFault(thrown, 'Malformed'));
    }
  });
});
