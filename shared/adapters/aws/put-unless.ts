import { PutCommand, type PutCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Items } from './dynamodb-tallies.ts';
import { awsCall, errorName } from './failures.ts';

/** false where the condition does not hold. */
export async function putUnless(items: Items, input: Omit<PutCommandInput, 'TableName'>): Promise<boolean> {
  try {
    await items.client.send(new PutCommand({ TableName: items.table, ...input }));
    return true;
  } catch (thrown) {
    if (errorName(thrown) === 'ConditionalCheckFailedException') return false;
    return await awsCall('PutItem', () => Promise.reject(thrown));
  }
}
