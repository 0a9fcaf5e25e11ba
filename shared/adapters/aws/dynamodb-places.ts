import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Places } from '../../ledger/reconcile/ports.ts';
import { awsCall } from './failures.ts';

// Longer than any sweep pauses; a place that is lost only costs time.
const KEPT_SECONDS = 30 * 86_400;

/** Places of sweeps in the work table. Throws Fault: Unavailable, PermissionDenied. */
export function dynamoPlaces(deps: { client: DynamoDBDocumentClient; table: string }): Places {
  const { client, table: TableName } = deps;
  const key = (sweep: string) => ({ pk: `PLACE#${sweep}`, sk: '-' });
  return {
    read: async (sweep) => {
      const input = { TableName, Key: key(sweep), ConsistentRead: true };
      return (await awsCall('GetItem', () => client.send(new GetCommand(input)))).Item?.place;
    },
    keep: async (sweep, place, now) => {
      const expiresAt = Math.floor(now / 1000) + KEPT_SECONDS;
      const input = { TableName, Item: { ...key(sweep), v: 1, place, expiresAt } };
      await awsCall('PutItem', () => client.send(new PutCommand(input)));
    },
  };
}
