import { type DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Decision, DecisionWrite, Store, Subject, WriteResult } from '../../kernel/index.ts';
import type { StoreTables } from './clients.ts';
import { effectItem } from './dynamodb-effects.ts';
import { queryHeads } from './dynamodb-heads.ts';
import { envelopeOf, headItem, headOf, payloadOf } from './dynamodb-items.ts';
import { type TransactItems, transact } from './dynamodb-transaction.ts';
import { awsCall } from './failures.ts';
import { stepKey, subjectKey } from './keys.ts';

type Item = Record<string, unknown>;

/** Decision, payload and head come first in the transaction; the effects follow. */
const OWN_ITEMS = 3;

/**
 * The store in DynamoDB. `write` is one TransactWriteItems: an attempt that timed out after it had committed answers
 * `moved` on its repeat, and decide() tells by the key that the step is its own.
 * Throws Fault: Unavailable, PermissionDenied, Malformed (an item that is not of our form).
 */
export function dynamoStore(deps: { client: DynamoDBDocumentClient; tables: StoreTables }): Store {
  const { client, tables } = deps;
  const get = async (table: string, key: Item): Promise<Item | undefined> => {
    const input = { TableName: table, Key: key, ConsistentRead: true };
    return (await awsCall('GetItem', () => client.send(new GetCommand(input)))).Item;
  };
  const head: Store['head'] = async (subject) => {
    const item = await get(tables.heads, { pk: subjectKey(subject) });
    return item === undefined ? undefined : headOf(item);
  };
  return {
    write: (write) => writeDecision(client, tables, write),
    head,
    heads: (query) => queryHeads(client, tables.heads, query),
    decision: async (subject, rev) => {
      // both at once; what was written between the two is there when it is asked for again
      const key = stepKey(subject, rev);
      const [decision, early] = await Promise.all([get(tables.decisions, key), get(tables.payloads, key)]);
      if (decision === undefined) return undefined;
      const payload = early ?? (await get(tables.payloads, key));
      return {
        envelope: envelopeOf(decision),
        ...(payload !== undefined && { payload: payloadOf(payload) }),
      };
    },
    decisions: (subject) => readSteps(client, tables, subject),
    lockHolder: async (lock) => {
      const holder = (await get(tables.heads, { pk: lock }))?.holder;
      return typeof holder === 'string' ? holder : undefined;
    },
    count: async (counter) => Number((await get(tables.heads, { pk: counter }))?.count ?? 0),
  };
}

async function writeDecision(
  client: DynamoDBDocumentClient,
  tables: StoreTables,
  write: DecisionWrite,
): Promise<WriteResult> {
  const result = await transact(client, [
    ...ownItems(tables, write),
    ...write.effects.map((effect) => effectItem(tables.heads, effect)),
  ]);
  if (result.kind === 'written') return result;
  const refused = result.positions.find((position) => position >= OWN_ITEMS);
  const effect = refused === undefined ? undefined : write.effects[refused - OWN_ITEMS];
  const moved = result.positions.some((position) => position < OWN_ITEMS);
  return moved || effect === undefined ? { kind: 'moved' } : { kind: 'effect-refused', effect };
}

function ownItems(tables: StoreTables, write: DecisionWrite): TransactItems {
  const key = stepKey(write.subject, write.envelope.rev);
  const absent = { ConditionExpression: 'attribute_not_exists(pk)' };
  const unmoved =
    write.expectedRev === 0
      ? absent
      : {
          ConditionExpression: '#rev = :rev',
          ExpressionAttributeNames: { '#rev': 'rev' },
          ExpressionAttributeValues: { ':rev': write.expectedRev },
        };
  return [
    { Put: { TableName: tables.decisions, Item: { ...write.envelope, ...key }, ...absent } },
    { Put: { TableName: tables.payloads, Item: { ...key, v: 1, ...write.payload }, ...absent } },
    { Put: { TableName: tables.heads, Item: headItem(key.pk, write.head), ...unmoved } },
  ];
}

async function readSteps(
  client: DynamoDBDocumentClient,
  tables: StoreTables,
  subject: Subject,
): ReturnType<Store['decisions']> {
  const [envelopes, early] = await Promise.all([
    readPartition(client, tables.decisions, subject),
    readPartition(client, tables.payloads, subject),
  ]);
  const known = new Set(early.map(({ sk }) => sk));
  // a step that was written between the two is not one that was erased: both are one transaction, so it is there now
  const payloads = envelopes.every(({ sk }) => known.has(sk))
    ? early
    : await readPartition(client, tables.payloads, subject);
  const bySk = new Map(payloads.map((item) => [item.sk, payloadOf(item)]));
  return envelopes.map((item) => {
    const payload = bySk.get(item.sk);
    if (payload === undefined) return { envelope: envelopeOf(item) };
    return { envelope: envelopeOf(item), payload, decision: JSON.parse(payload.bytes) as Decision };
  });
}

async function readPartition(
  client: DynamoDBDocumentClient,
  table: string,
  subject: Subject,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let start: Item | undefined;
  do {
    const input = {
      TableName: table,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': subjectKey(subject) },
      ConsistentRead: true,
      ...(start !== undefined && { ExclusiveStartKey: start }),
    };
    const page = await awsCall('Query', () => client.send(new QueryCommand(input)));
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return items;
}
