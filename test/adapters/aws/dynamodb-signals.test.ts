import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dynamoIdempotencyKeys } from '../../../shared/adapters/aws/dynamodb-idempotency.ts';
import { dynamoSignals } from '../../../shared/adapters/aws/dynamodb-signals.ts';
import { readSignal } from '../../../shared/signals/read-signal.ts';
import { signalStoreContract } from '../../shared/signals/signals-contract.ts';
import { databaseMissing, startDatabase, type TestDatabase } from '../../support/dynamodb.ts';

describe.skipIf(databaseMissing)('signals and idempotency keys in DynamoDB', () => {
  let database: TestDatabase;
  const table = `signals-${process.pid}`;

  beforeAll(async () => {
    database = await startDatabase();
    const index = (name: string, key: string) => ({
      IndexName: name,
      KeySchema: [
        { AttributeName: key, KeyType: 'HASH' as const },
        { AttributeName: 'receivedAt', KeyType: 'RANGE' as const },
      ],
      Projection: { ProjectionType: 'ALL' as const },
    });
    const attributes = ['pk', 'fingerprint', 'routing', 'receivedAt'];
    await database.client.send(
      new CreateTableCommand({
        TableName: table,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: attributes.map((name) => ({
          AttributeName: name,
          AttributeType: 'S' as const,
        })),
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        GlobalSecondaryIndexes: [index('byFingerprint', 'fingerprint'), index('byRouting', 'routing')],
      }),
    );
  });

  afterAll(async () => {
    await database.stop();
  });

  const store = () => dynamoSignals({ client: database.client, table, keptSeconds: 60, read: readSignal });

  signalStoreContract(store);

  test('a list goes on where its cursor says, and refuses a cursor that is none', async () => {
    const first = await store().byRouting('new', { limit: 1 });
    const second = await store().byRouting('new', { limit: 1, cursor: first.cursor ?? '' });
    expect(second.items[0]?.dedupeKey).not.toBe(first.items[0]?.dedupeKey);
    const wrong = store().byRouting('new', { limit: 1, cursor: 'nonsense' });
    await expect(wrong).rejects.toMatchObject({ name: 'InvalidInput', issues: [{ path: 'cursor' }] });
  });

  describe('an idempotency key', () => {
    const keys = () => dynamoIdempotencyKeys({ client: database.client, table: database.tables.work });
    const use = (key: string, now = 1000, requestHash = 'h') => ({
      scope: 'ada#PUT /x',
      key,
      requestHash,
      now,
    });

    test('is taken once and then shows who holds it', async () => {
      expect(await keys().begin(use('a'), 60)).toBeUndefined();
      expect(await keys().begin(use('a', 1001, 'other'), 60)).toEqual({ requestHash: 'h' });
    });

    test('keeps its answer until it expires', async () => {
      await keys().begin(use('b'), 60);
      await keys().finish(use('b'), 'the answer', 500);
      expect(await keys().begin(use('b', 1500), 60)).toEqual({ requestHash: 'h', answer: 'the answer' });
      expect(await keys().begin(use('b', 1501), 60)).toBeUndefined();
    });

    test('that was given back, or whose holder died, can be taken again', async () => {
      await keys().begin(use('c'), 60);
      await keys().release(use('c'));
      expect(await keys().begin(use('c'), 60)).toBeUndefined();
      expect(await keys().begin(use('c', 1061), 60)).toBeUndefined();
    });
  });
});
