import { BatchGetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { Fault } from '../../kernel/index.ts';
import type { Coverage } from '../../ports/coverage.ts';
import { awsCall, backOff } from './failures.ts';

type Chain = { readonly client: DynamoDBDocumentClient; readonly table: string; readonly ledgerId: string };

const MAX_READS = 3;
const Item = z.object({ pk: z.string(), seq: z.int().optional(), size: z.int().optional() });

/** Whether the newest signed checkpoint covers a decision's entry, in one strongly consistent read of both items. */
export function dynamoCoverage(chain: Chain): Coverage {
  return {
    covers: async ({ kind, id, rev }) => {
      const [entry, checkpoint] = [`E#${kind}/${id}/${rev}`, `CHECKPOINT#${chain.ledgerId}`];
      const items = await readBoth(chain, [entry, checkpoint]);
      const seq = items.find(({ pk }) => pk === entry)?.seq;
      const size = items.find(({ pk }) => pk === checkpoint)?.size;
      return seq !== undefined && size !== undefined && seq < size;
    },
  };
}

/** A key that was left unread is not an item that is not there: it is read again, and then the whole read fails. */
async function readBoth(
  { client, table }: Chain,
  keys: readonly string[],
): Promise<readonly z.infer<typeof Item>[]> {
  const Keys = keys.map((pk) => ({ pk }));
  for (let attempt = 1; attempt <= MAX_READS; attempt += 1) {
    if (attempt > 1) await backOff(attempt);
    const input = { RequestItems: { [table]: { Keys, ConsistentRead: true } } };
    const answer = await awsCall('BatchGetItem', () => client.send(new BatchGetCommand(input)));
    if ((answer.UnprocessedKeys?.[table]?.Keys ?? []).length === 0)
      return (answer.Responses?.[table] ?? []).map(parsed);
  }
  throw new Fault('Unavailable', 'BatchGetItem left keys of the ledger unread');
}

function parsed(item: Record<string, unknown>): z.infer<typeof Item> {
  const found = Item.safeParse(item);
  if (found.success) return found.data;
  throw new Fault('Malformed', `the ledger item ${String(item.pk)} has another form`, { cause: found.error });
}
