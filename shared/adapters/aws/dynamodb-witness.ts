import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { Fault } from '../../kernel/index.ts';
import type { Witnessed, WitnessStore } from '../../ledger/witness/ports.ts';
import { awsCall, errorName } from './failures.ts';

// As text: a number of DynamoDB's would come back as one of JavaScript's, which end before 2^64.
const Decimal = z.string().regex(/^(?:0|[1-9][0-9]{0,19})$/);
const Stored = z.object({
  v: z.literal(1),
  size: Decimal,
  root: z.string().regex(/^[0-9a-f]{64}$/),
  time: Decimal,
  note: z.string(),
});

/** A witness's memory, an item for each log. Throws Fault: Unavailable, PermissionDenied, Malformed. */
export function dynamoWitness(deps: { client: DynamoDBDocumentClient; table: string }): WitnessStore {
  const { client, table: TableName } = deps;
  const key = (origin: string) => ({ pk: `LOG#${origin}` });
  return {
    read: async (origin) => {
      const input = { TableName, Key: key(origin), ConsistentRead: true };
      const { Item } = await awsCall('GetItem', () => client.send(new GetCommand(input)));
      return Item === undefined ? undefined : witnessedOf(origin, Item);
    },
    put: async (origin, { size, root, time, note }, before) => {
      const Item = { ...key(origin), v: 1, size: String(size), root, time: String(time), note };
      const command = new PutCommand({ TableName, Item, ...unchanged(before) });
      return awsCall('PutItem', () => client.send(command)).then(
        () => true,
        (thrown: unknown) => {
          if (errorName(thrown) === 'ConditionalCheckFailedException') return false;
          throw thrown;
        },
      );
    },
  };
}

function unchanged(before: Witnessed | undefined) {
  if (before === undefined) return { ConditionExpression: 'attribute_not_exists(pk)' };
  return {
    ConditionExpression: '#size = :size AND #root = :root AND #time = :time',
    ExpressionAttributeNames: { '#size': 'size', '#root': 'root', '#time': 'time' },
    ExpressionAttributeValues: {
      ...{ ':size': String(before.size), ':root': before.root, ':time': String(before.time) },
    },
  };
}

function witnessedOf(origin: string, item: Record<string, unknown>): Witnessed {
  const read = Stored.safeParse(item);
  if (!read.success)
    throw new Fault('Malformed', `what is stored of the log "${origin}" cannot be read`, {
      cause: read.error,
    });
  const { size, root, time, note } = read.data;
  return { size: BigInt(size), root, time: BigInt(time), note };
}
