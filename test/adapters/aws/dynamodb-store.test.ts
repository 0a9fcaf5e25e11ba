import { afterAll, beforeAll, describe } from 'vitest';
import { dynamoStore } from '../../../shared/adapters/aws/dynamodb-store.ts';
import { dynamoWork } from '../../../shared/adapters/aws/dynamodb-work.ts';
import { databaseMissing, startDatabase, type TestDatabase } from '../../support/dynamodb.ts';
import { storeContract } from '../../support/store-contract.ts';
import { workContract } from '../../support/work-contract.ts';

describe.skipIf(databaseMissing)('DynamoDB', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await startDatabase();
  });
  afterAll(() => database?.stop());

  storeContract('DynamoDB', () => dynamoStore(database));
  workContract('DynamoDB', () => dynamoWork({ client: database.client, table: database.tables.work }));
});
