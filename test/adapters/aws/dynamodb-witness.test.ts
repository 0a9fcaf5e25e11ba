import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dynamoWitness } from '../../../shared/adapters/aws/dynamodb-witness.ts';
import type { WitnessStore } from '../../../shared/ledger/witness/index.ts';
import { databaseMissing, startDatabase, type TestDatabase } from '../../support/dynamodb.ts';
import { witnessStoreContract } from '../../support/witness-store-contract.ts';

describe.skipIf(databaseMissing)('the memory of a witness in DynamoDB', () => {
  let database: TestDatabase;
  let made = 0;
  beforeAll(async () => {
    database = await startDatabase();
  });
  afterAll(() => database.stop());
  const store = () => dynamoWitness({ client: database.client, table: database.tables.ledger });

  /** One table for all, with origins of its own for each. */
  witnessStoreContract(async (): Promise<WitnessStore> => {
    made += 1;
    const [own, prefix] = [store(), `test ${made} `];
    return {
      read: (origin) => own.read(`${prefix}${origin}`),
      put: (origin, next, before) => own.put(`${prefix}${origin}`, next, before),
    };
  });

  test('an item of another form is refused, not begun anew', async () => {
    const Item = { pk: 'LOG#broken', v: 1, size: 'seven' };
    await database.client.send(new PutCommand({ TableName: database.tables.ledger, Item }));
    await expect(store().read('broken')).rejects.toMatchObject({ name: 'Malformed' });
  });
});
