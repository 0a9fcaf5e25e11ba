import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { Fault } from '../../kernel/index.ts';
import type { Append, AppendResult, EntryKey, LedgerTable } from '../../ledger/ports.ts';
import { type TransactItems, transact } from './dynamodb-transaction.ts';
import { awsCall, backOff } from './failures.ts';
import { revKey } from './keys.ts';

type Chain = {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
  readonly payloads: string;
  readonly ledgerId: string;
};
type Item = Record<string, unknown>;

const PAGE_BITS = 8;
const MAX_KEYS = 100;
const MAX_READS = 5;
const ZERO = '0'.repeat(64);

const StoredHead = z.object({
  v: z.literal(1),
  size: z.int().min(1),
  frontier: z.array(z.string()),
  prev: z.string(),
  sealedAt: z.string(),
});
const StoredEntry = z.object({ v: z.literal(1), seq: z.int(), bytes: z.string() });

/** One chain of the ledger in DynamoDB. Throws Fault: Unavailable, PermissionDenied, Malformed. */
export function dynamoLedger(chain: Chain): LedgerTable {
  const { client, table, ledgerId } = chain;
  return {
    head: async () => {
      const input = { TableName: table, Key: { pk: headKey(ledgerId) }, ConsistentRead: true };
      const { Item } = await awsCall('GetItem', () => client.send(new GetCommand(input)));
      if (Item === undefined) return { ledgerId, size: 0, frontier: [], prev: ZERO };
      const { v: _v, ...head } = parse(StoredHead, Item);
      return { ledgerId, ...head };
    },
    append: (append) => appendEntries(chain, append),
    commitments: async (keys) => {
      const found = await readEntries(chain, keys.map(entryKey));
      return keys.map((key) => found.get(entryKey(key)));
    },
    find: async (key) => {
      const input = { TableName: table, Key: { pk: entryKey(key) }, ConsistentRead: true };
      const { Item } = await awsCall('GetItem', () => client.send(new GetCommand(input)));
      return Item === undefined ? undefined : storedEntry(Item);
    },
    entries: (from, to) => readRange(chain, from, to),
  };
}

async function appendEntries(chain: Chain, append: Append): Promise<AppendResult> {
  const items = [headUpdate(chain, append), ...entryPuts(chain, append), ...payloadPuts(chain, append)];
  const result = await transact(chain.client, items);
  if (result.kind === 'written') return { kind: 'appended' };
  // Which entries are there already is found by reading them: a moved head may have been moved by this very batch.
  return { kind: result.positions.some((position) => position > 0) ? 'sealed-before' : 'moved' };
}

function headUpdate({ table, ledgerId }: Chain, { after, head }: Append): TransactItems[number] {
  const { size, frontier, prev, sealedAt } = head;
  const Item = { pk: headKey(ledgerId), v: 1, size, frontier, prev, sealedAt };
  if (after.size === 0) {
    return { Put: { TableName: table, Item, ConditionExpression: 'attribute_not_exists(pk)' } };
  }
  const condition = {
    ConditionExpression: '#size = :size AND #prev = :prev',
    ExpressionAttributeNames: { '#size': 'size', '#prev': 'prev' },
    ExpressionAttributeValues: { ':size': after.size, ':prev': after.prev },
  };
  return { Put: { TableName: table, Item, ...condition } };
}

function entryPuts({ table, ledgerId }: Chain, { entries }: Append): TransactItems {
  return entries.map(({ entry, bytes }) => ({
    Put: {
      TableName: table,
      Item: { pk: entryKey(entry), v: 1, bytes, seq: entry.seq, chainPage: pageKey(ledgerId, entry.seq) },
      ConditionExpression: 'attribute_not_exists(pk)',
    },
  }));
}

function payloadPuts(chain: Chain, { payloads }: Append): TransactItems {
  return payloads.map(({ kind, id, bytes, salt }) => ({
    Put: {
      TableName: chain.payloads,
      Item: { pk: `${kind.toUpperCase()}#${id}`, sk: revKey(1), v: 1, bytes, salt, key: `${kind}/${id}` },
      ConditionExpression: 'attribute_not_exists(pk)',
    },
  }));
}

/** The commitments under the given keys, by key. */
async function readEntries(chain: Chain, keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (let at = 0; at < keys.length; at += MAX_KEYS) {
    for (const item of await batchGet(chain, keys.slice(at, at + MAX_KEYS))) {
      const { commitment } = JSON.parse(parse(StoredEntry, item).bytes) as { commitment: string };
      found.set(String(item.pk), commitment);
    }
  }
  return found;
}

async function batchGet(chain: Chain, keys: readonly string[]): Promise<readonly Item[]> {
  const items: Item[] = [];
  let open: Item[] = [...new Set(keys)].map((pk) => ({ pk }));
  for (let attempt = 1; open.length > 0; attempt += 1) {
    if (attempt > MAX_READS) throw new Fault('Unavailable', 'BatchGetItem left keys unread');
    if (attempt > 1) await backOff(attempt);
    const input = { RequestItems: { [chain.table]: { Keys: open, ConsistentRead: true } } };
    const answer = await awsCall('BatchGetItem', () => chain.client.send(new BatchGetCommand(input)));
    items.push(...(answer.Responses?.[chain.table] ?? []));
    open = answer.UnprocessedKeys?.[chain.table]?.Keys ?? [];
  }
  return items;
}

/** The index follows the table with a delay: the answer ends before the first entry that it does not show yet. */
async function readRange(
  chain: Chain,
  from: number,
  to: number,
): Promise<readonly { seq: number; bytes: string }[]> {
  const found: { seq: number; bytes: string }[] = [];
  for (let seq = from; seq < to; seq = from + found.length) {
    const page = await readPage(chain, seq, to);
    for (const item of page) if (item.seq === from + found.length) found.push(item);
    if (from + found.length === seq) return found;
  }
  return found;
}

async function readPage(
  { client, table, ledgerId }: Chain,
  from: number,
  to: number,
): Promise<readonly { seq: number; bytes: string }[]> {
  const input = {
    TableName: table,
    IndexName: 'bySeq',
    KeyConditionExpression: 'chainPage = :page AND seq BETWEEN :from AND :to',
    ExpressionAttributeValues: { ':page': pageKey(ledgerId, from), ':from': from, ':to': to - 1 },
  };
  const { Items = [] } = await awsCall('Query', () => client.send(new QueryCommand(input)));
  return Items.map(storedEntry);
}

function storedEntry(item: Item): { readonly seq: number; readonly bytes: string } {
  const { seq, bytes } = parse(StoredEntry, item);
  return { seq, bytes };
}

function headKey(ledgerId: string): string {
  return `HEAD#${ledgerId}`;
}

/** The entry's own key is the dedupe: a decision has one place in the ledger. */
function entryKey({ kind, id, rev }: EntryKey): string {
  return `E#${kind}/${id}/${rev}`;
}

/** `<ledgerId>#<seq / 256>`: one key for the whole chain would be one hot partition. */
function pageKey(ledgerId: string, seq: number): string {
  return `${ledgerId}#${Math.floor(seq / 2 ** PAGE_BITS)}`;
}

function parse<T>(schema: z.ZodType<T>, item: Item): T {
  const parsed = schema.safeParse(item);
  if (parsed.success) return parsed.data;
  throw new Fault('Malformed', `the ledger item ${String(item.pk)} has another form`, {
    cause: parsed.error,
  });
}
