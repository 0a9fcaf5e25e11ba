import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { Fault } from '../../kernel/index.ts';
import type { CheckpointTable } from '../../ledger/publish/ports.ts';
import { awsCall, errorName } from './failures.ts';

type Chain = { readonly client: DynamoDBDocumentClient; readonly table: string; readonly ledgerId: string };

const Hash = z.string().regex(/^[0-9a-f]{64}$/);
const Checkpoint = z.object({ size: z.int().min(0), root: Hash, note: z.string(), signedAt: z.string() });
const Tiles = z.object({
  size: z.int().multipleOf(256),
  prev: Hash,
  levels: z.array(z.array(Hash).max(255)),
});

/** The newest checkpoint of a ledger and where its full tiles end, an item each. Throws Fault: Unavailable, PermissionDenied, Malformed. */
export function dynamoCheckpoints(chain: Chain): CheckpointTable {
  const checkpoint = { chain, pk: `CHECKPOINT#${chain.ledgerId}`, schema: Checkpoint };
  const tiles = { chain, pk: `TILES#${chain.ledgerId}`, schema: Tiles };
  return {
    newest: () => read(checkpoint),
    put: (next, before) => {
      const { size, root, note, signedAt } = next;
      return replace(checkpoint, { size, root, note, signedAt }, before, ['size', 'signedAt']);
    },
    tileState: () => read(tiles),
    putTileState: (next, before) => {
      const { size, prev, levels } = next;
      return replace(tiles, { size, prev, levels }, before, ['size', 'prev']);
    },
  };
}

type Place<T> = { readonly chain: Chain; readonly pk: string; readonly schema: z.ZodType<T> };

async function read<T>({ chain, pk, schema }: Place<T>): Promise<T | undefined> {
  const input = { TableName: chain.table, Key: { pk }, ConsistentRead: true };
  const { Item } = await awsCall('GetItem', () => chain.client.send(new GetCommand(input)));
  if (Item === undefined) return undefined;
  const parsed = schema.safeParse(Item);
  if (parsed.success && Item.v === 1) return parsed.data;
  throw new Fault('Malformed', `the ledger item ${pk} has another form`, { cause: parsed.error });
}

/** Puts an item where these members are still as they were known; true also where this very item is there. */
async function replace<T extends object>(
  place: Place<T>,
  next: T,
  before: T | undefined,
  members: readonly (keyof T & string)[],
): Promise<boolean> {
  const { client, table } = place.chain;
  const known =
    before === undefined ? { ConditionExpression: 'attribute_not_exists(pk)' } : unmoved(before, members);
  const input = { TableName: table, Item: { pk: place.pk, v: 1, ...next }, ...known };
  try {
    await client.send(new PutCommand(input));
    return true;
  } catch (thrown) {
    if (errorName(thrown) !== 'ConditionalCheckFailedException')
      return await awsCall('PutItem', () => Promise.reject(thrown));
    // The first answer may have been lost, and the SDK have sent it again.
    return JSON.stringify(await read(place)) === JSON.stringify(next);
  }
}

function unmoved<T extends object>(before: T, members: readonly (keyof T & string)[]) {
  return {
    ConditionExpression: members.map((name) => `#${name} = :${name}`).join(' AND '),
    ExpressionAttributeNames: Object.fromEntries(members.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(members.map((name) => [`:${name}`, before[name]])),
  };
}
