import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { Fault } from '../../kernel/index.ts';
import { awsCall, errorName } from './failures.ts';

/** One use of an idempotency key. Times are epoch seconds. */
export type IdempotencyUse = {
  readonly scope: string;
  readonly key: string;
  readonly requestHash: string;
  readonly now: number;
};
/** `answer` is absent while the first request is still worked on. */
export type StoredUse = { readonly requestHash: string; readonly answer?: string };

/** Answers kept under their callers' idempotency keys. */
export type IdempotencyKeys = {
  /** Takes the key, or answers what holds it. An unfinished use is taken over once `busySeconds` have passed. */
  readonly begin: (use: IdempotencyUse, busySeconds: number) => Promise<StoredUse | undefined>;
  readonly finish: (use: IdempotencyUse, answer: string, keepSeconds: number) => Promise<void>;
  /** Gives the key back after a failure, so that a retry runs. */
  readonly release: (use: IdempotencyUse) => Promise<void>;
};

const Stored = z.object({
  v: z.literal(1),
  requestHash: z.string(),
  answer: z.string().exactOptional(),
});

/** Idempotency keys in the work table: pk `IDEM#<scope>`, sk the key. Throws Fault: Unavailable, PermissionDenied, Malformed. */
export function dynamoIdempotencyKeys(deps: {
  client: DynamoDBDocumentClient;
  table: string;
}): IdempotencyKeys {
  const { client, table } = deps;
  const keyOf = (use: IdempotencyUse) => ({ pk: `IDEM#${use.scope}`, sk: use.key });
  return {
    begin: async (use, busySeconds) => {
      const expiresAt = use.now + busySeconds;
      const Item = { ...keyOf(use), v: 1, requestHash: use.requestHash, expiresAt };
      const input = {
        TableName: table,
        Item,
        // TTL removes items late: an expired one counts as gone
        ConditionExpression: 'attribute_not_exists(pk) OR expiresAt < :now',
        ExpressionAttributeValues: { ':now': use.now },
      };
      try {
        await client.send(new PutCommand(input));
        return undefined;
      } catch (thrown) {
        if (errorName(thrown) !== 'ConditionalCheckFailedException') {
          return await awsCall('PutItem', () => Promise.reject(thrown));
        }
      }
      return await read(client, table, keyOf(use));
    },
    finish: async (use, answer, keepSeconds) => {
      const expiresAt = use.now + keepSeconds;
      const Item = { ...keyOf(use), v: 1, requestHash: use.requestHash, answer, expiresAt };
      await awsCall('PutItem', () => client.send(new PutCommand({ TableName: table, Item })));
    },
    release: async (use) => {
      const input = { TableName: table, Key: keyOf(use) };
      await awsCall('DeleteItem', () => client.send(new DeleteCommand(input)));
    },
  };
}

async function read(
  client: DynamoDBDocumentClient,
  table: string,
  key: { pk: string; sk: string },
): Promise<StoredUse> {
  const input = { TableName: table, Key: key, ConsistentRead: true };
  const { Item } = await awsCall('GetItem', () => client.send(new GetCommand(input)));
  if (Item === undefined)
    throw new Fault('Conflict', 'the first request under this key has just failed: send it again');
  const parsed = Stored.safeParse(Item);
  if (parsed.success) {
    const { v: _v, ...use } = parsed.data;
    return use;
  }
  throw new Fault('Malformed', `the idempotency item ${key.pk} has another form`, { cause: parsed.error });
}
