import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { isoTime } from '../../kernel/index.ts';
import type { Work } from '../../ports/index.ts';
import type { Items } from './dynamodb-tallies.ts';
import { awsCall } from './failures.ts';
import { putUnless } from './put-unless.ts';

const TOLD_KEPT_SECONDS = 7 * 86_400;

/** Which messages were sent, in the work table. */
export function dynamoTold(items: Items): Pick<Work, 'isTold' | 'beginTelling' | 'markTold'> {
  const itemOf = (message: string, now: number) => ({
    ...keyOf(message),
    v: 1,
    expiresAt: Math.floor(now / 1000) + TOLD_KEPT_SECONDS,
  });
  return {
    isTold: async (message) => (await standing(items, message)) === 'told',
    beginTelling: async (message, now) => {
      const Item = { ...itemOf(message, now), since: isoTime(now) };
      const isFirst = await putUnless(items, { Item, ConditionExpression: 'attribute_not_exists(pk)' });
      return isFirst ? undefined : await standing(items, message);
    },
    markTold: async (message, now) => {
      const Item = itemOf(message, now);
      await awsCall('PutItem', () => items.client.send(new PutCommand({ TableName: items.table, Item })));
    },
  };
}

function keyOf(message: string) {
  return { pk: `TOLD#${message}`, sk: '-' };
}

/** With `since` somebody was about to send it; an item without it says that it was sent. */
async function standing(
  items: Items,
  message: string,
): Promise<'told' | { readonly since: string } | undefined> {
  const input = { TableName: items.table, Key: keyOf(message), ConsistentRead: true };
  const { Item } = await awsCall('GetItem', () => items.client.send(new GetCommand(input)));
  if (Item === undefined) return undefined;
  return typeof Item.since === 'string' ? { since: Item.since } : 'told';
}
