import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Tallies, Tally } from '../../ports/index.ts';
import { type TransactItems, transact } from './dynamodb-transaction.ts';
import { awsCall } from './failures.ts';

// The archive of the bus replays 30 days: for as long an event is known again.
const MARK_KEPT_SECONDS = 31 * 86_400;
// Counted from the last addition: what stood still for over a year may begin again at 0.
const TALLY_KEPT_SECONDS = 400 * 86_400;

/** One partition for all: a house has tens of attempts a day, and a scrape is then one query. */
const PARTITION = 'METRIC#rollbacks';
const AMOUNT = 'sum:';

const Item = z.looseObject({ v: z.literal(1), service: z.string(), environment: z.string() });

/** Where the items lie. `table` may be a getter: whoever never calls needs no table. */
export type Items = { readonly client: DynamoDBDocumentClient; readonly table: string };

/** Sums in the work table, an item for each place. Throws Fault: Unavailable, PermissionDenied. */
export function dynamoTallies(items: Items): Tallies {
  return {
    addOnce: async (mark, tally, now) => {
      const seconds = Math.floor(now / 1000);
      const result = await transact(items.client, [
        { Put: markItem(items.table, mark, seconds + MARK_KEPT_SECONDS) },
        { Update: addition(items.table, tally, seconds + TALLY_KEPT_SECONDS) },
      ]);
      return result.kind === 'written';
    },
    tallies: async () => {
      const found: Tally[] = [];
      let start: Record<string, unknown> | undefined;
      do {
        const input = {
          TableName: items.table,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': PARTITION },
          ...(start !== undefined && { ExclusiveStartKey: start }),
        };
        const page = await awsCall('Query', () => items.client.send(new QueryCommand(input)));
        found.push(...(page.Items ?? []).flatMap(tallyOf));
        start = page.LastEvaluatedKey;
      } while (start !== undefined);
      return found;
    },
  };
}

type Write = TransactItems[number];

/** The same mark as `markTold` leaves: what was told before these sums were kept is known here as well. */
function markItem(table: string, mark: string, expiresAt: number): NonNullable<Write['Put']> {
  return {
    TableName: table,
    Item: { pk: `TOLD#${mark}`, sk: '-', v: 1, expiresAt },
    ConditionExpression: 'attribute_not_exists(pk)',
  };
}

function addition(table: string, tally: Tally, expiresAt: number): NonNullable<Write['Update']> {
  const { service, environment } = tally;
  const amounts = Object.entries(tally.amounts);
  const names = amounts.map(([series], n) => [`#n${n}`, `${AMOUNT}${series}`]);
  const values = amounts.map(([, amount], n) => [`:n${n}`, amount]);
  const added = amounts.map((_, n) => `#n${n} :n${n}`).join(', ');
  return {
    TableName: table,
    Key: { pk: PARTITION, sk: `${service}#${environment}` },
    UpdateExpression: `SET v = :v, service = :service, environment = :environment, expiresAt = :expiresAt${added === '' ? '' : ` ADD ${added}`}`,
    ...(amounts.length > 0 && { ExpressionAttributeNames: Object.fromEntries(names) }),
    ExpressionAttributeValues: {
      ...{ ':v': 1, ':service': service, ':environment': environment, ':expiresAt': expiresAt },
      ...Object.fromEntries(values),
    },
  };
}

/** An item of another form is passed over: one that is broken must not hide all the others from whoever watches. */
function tallyOf(item: Record<string, unknown>): readonly Tally[] {
  const parsed = Item.safeParse(item);
  if (!parsed.success) return [];
  const { service, environment, ...rest } = parsed.data;
  const amounts = Object.entries(rest).flatMap(([name, value]) =>
    name.startsWith(AMOUNT) && typeof value === 'number' ? [[name.slice(AMOUNT.length), value] as const] : [],
  );
  return [{ service, environment, amounts: Object.fromEntries(amounts) }];
}
