import { DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { transact } from '../../../shared/adapters/aws/dynamodb-transaction.ts';
import { isFault } from '../../../shared/kernel/index.ts';

const mock = mockClient(DynamoDBDocumentClient);
const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'eu-west-1' }));
const cancelled = (...codes: string[]) =>
  new TransactionCanceledException({
    $metadata: {},
    message: 'cancelled',
    CancellationReasons: codes.map((Code) => ({ Code })),
  });

describe('one transaction', () => {
  beforeEach(() => mock.reset());
  const run = () => transact(client, []);

  test('that meets another on the same item is tried again', async () => {
    mock.on(TransactWriteCommand).rejectsOnce(cancelled('None', 'TransactionConflict')).resolves({});
    expect(await run()).toEqual({ kind: 'written' });
  });

  test('names the items whose conditions did not hold, also beside a conflict', async () => {
    mock.on(TransactWriteCommand).rejects(cancelled('ConditionalCheckFailed', 'TransactionConflict', 'None'));
    expect(await run()).toEqual({ kind: 'refused', positions: [0] });
    expect(mock.commandCalls(TransactWriteCommand)).toHaveLength(1);
  });

  test('that stays busy, or is not answered, is Unavailable', async () => {
    mock.on(TransactWriteCommand).rejects(cancelled('ThrottlingError'));
    await expect(run()).rejects.toSatisfy((thrown) => isFault(thrown, 'Unavailable'));
    expect(mock.commandCalls(TransactWriteCommand)).toHaveLength(8);
    mock.on(TransactWriteCommand).rejects(Object.assign(new Error('late'), { name: 'TimeoutError' }));
    await expect(run()).rejects.toSatisfy((thrown) => isFault(thrown, 'Unavailable'));
  });

  test('that is wrong in itself stays the bug that it is', async () => {
    mock.on(TransactWriteCommand).rejects(cancelled('ValidationError'));
    await expect(run()).rejects.toThrow('cancelled');
    await expect(run()).rejects.not.toSatisfy((thrown) => isFault(thrown));
  });
});
