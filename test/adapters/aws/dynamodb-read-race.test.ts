import { type DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dynamoStore } from '../../../shared/adapters/aws/dynamodb-store.ts';
import { type DecideDeps, decide } from '../../../shared/kernel/index.ts';
import { fixedClock, seededRandom } from '../../support/chance.ts';
import { databaseMissing, startDatabase, type TestDatabase } from '../../support/dynamodb.ts';
import { draft } from '../../support/store-contract.ts';

describe.skipIf(databaseMissing)('what is written between the two reads of a step', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await startDatabase();
  });
  afterAll(() => database?.stop());

  /** A store of which the first read of envelopes waits until the payloads were read and something else has happened. */
  function late(between: () => Promise<unknown>) {
    const { client, tables } = database;
    let first = true;
    const send = async (command: QueryCommand | GetCommand): Promise<unknown> => {
      const table = command.input.TableName;
      const isRead = command instanceof QueryCommand || command instanceof GetCommand;
      if (isRead && first && table === tables.decisions) {
        first = false;
        // the read of the payloads is under way already, and has passed by then
        await new Promise((done) => setTimeout(done, 100));
        await between();
      }
      return client.send(command as GetCommand);
    };
    return dynamoStore({ ...database, client: { send } as unknown as DynamoDBDocumentClient });
  }

  test('is read whole: nobody is told that it was erased', async () => {
    const software = { version: 'test', configDigest: 'none' };
    const deps: DecideDeps = {
      ...{ store: dynamoStore(database), clock: fixedClock(), random: seededRandom(7), software },
    };
    const subject = { kind: 'service', id: 'raced' } as const;
    await decide(deps, draft('raced', 0));
    const steps = await late(() => decide(deps, draft('raced', 1))).decisions(subject);
    expect(steps.map(({ decision }) => decision !== undefined)).toEqual([true, true]);
    const step = await late(() => decide(deps, draft('raced', 2))).decision(subject, 3);
    expect(step?.payload).toBeDefined();
  });
});
