import { afterAll, beforeAll, describe } from 'vitest';
import { dynamoLedger } from '../../../shared/adapters/aws/dynamodb-ledger.ts';
import { databaseMissing, startDatabase, type TestDatabase } from '../../support/dynamodb.ts';
import { ledgerContract } from '../../support/ledger-contract.ts';

describe.skipIf(databaseMissing)('DynamoDB', () => {
  let database: TestDatabase;
  let chains = 0;
  beforeAll(async () => {
    database = await startDatabase();
  });
  afterAll(() => database?.stop());

  ledgerContract('DynamoDB', () => {
    const { client, tables } = database;
    chains += 1;
    const ledgerId = `chain-${chains}`;
    return dynamoLedger({ client, table: tables.ledger, payloads: tables.payloads, ledgerId });
  });
});
