import { type DynamoDBDocumentClient, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { Fault, millis, type Page } from '../../kernel/index.ts';
import type { Routing, Signal } from '../../signals/contract.ts';
import type { SignalStore } from '../../signals/ports.ts';
import { awsCall, errorName } from './failures.ts';

type Item = Record<string, unknown>;
type RoutingPage = { readonly limit: number; readonly cursor?: string; readonly since?: string };

const SAME_PROBLEM = 25;

type Deps = {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
  /** Seconds after which DynamoDB may drop a signal. */
  readonly keptSeconds: number;
  /** Reads an item as a signal; throws Fault('Malformed'). */
  readonly read: (item: Item) => Signal;
};

/** The signals table in DynamoDB: pk is the dedupe key. Throws Fault: Unavailable, PermissionDenied, Malformed. */
export function dynamoSignals(deps: Deps): SignalStore {
  const { client, table, read } = deps;
  return {
    put: (signal) => put(deps, signal),
    byFingerprint: async (fingerprint) => {
      const input = {
        TableName: table,
        IndexName: 'byFingerprint',
        KeyConditionExpression: 'fingerprint = :fingerprint',
        ExpressionAttributeValues: { ':fingerprint': fingerprint },
        ScanIndexForward: false,
        Limit: SAME_PROBLEM,
      };
      const page = await awsCall('Query', () => client.send(new QueryCommand(input)));
      return (page.Items ?? []).map(read);
    },
    byRouting: (routing, page) => byRouting(deps, routing, page),
    settle: async (dedupeKey, settlement) => {
      const fields = Object.entries(settlement).filter(([, value]) => value !== undefined);
      const input = {
        TableName: table,
        Key: { pk: dedupeKey },
        UpdateExpression: `SET ${fields.map(([name]) => `#${name} = :${name}`).join(', ')}`,
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeNames: Object.fromEntries(fields.map(([name]) => [`#${name}`, name])),
        ExpressionAttributeValues: Object.fromEntries(fields.map(([name, value]) => [`:${name}`, value])),
      };
      await conditionally('UpdateItem', () => client.send(new UpdateCommand(input)));
    },
  };
}

async function put({ client, table, keptSeconds }: Deps, signal: Signal): Promise<boolean> {
  const expiresAt = Math.floor(millis(signal.receivedAt) / 1000) + keptSeconds;
  const input = {
    TableName: table,
    Item: { ...signal, pk: signal.dedupeKey, expiresAt },
    ConditionExpression: 'attribute_not_exists(pk)',
  };
  return await conditionally('PutItem', () => client.send(new PutCommand(input)));
}

async function byRouting(
  { client, table, read }: Deps,
  routing: Routing,
  page: RoutingPage,
): Promise<Page<Signal>> {
  const start = page.cursor === undefined ? undefined : decodeCursor(page.cursor);
  const input = {
    TableName: table,
    IndexName: 'byRouting',
    KeyConditionExpression: `routing = :routing${page.since === undefined ? '' : ' AND receivedAt >= :since'}`,
    ExpressionAttributeValues: {
      ':routing': routing,
      ...(page.since !== undefined && { ':since': page.since }),
    },
    ScanIndexForward: false,
    Limit: page.limit,
    ...(start !== undefined && { ExclusiveStartKey: { ...start, routing } }),
  };
  const answer = await awsCall('Query', () => client.send(new QueryCommand(input)));
  const last = answer.LastEvaluatedKey;
  return {
    items: (answer.Items ?? []).map(read),
    ...(last !== undefined && { cursor: encodeCursor(last) }),
  };
}

function encodeCursor(key: Item): string {
  return Buffer.from(JSON.stringify([key.pk, key.receivedAt])).toString('base64url');
}

function decodeCursor(text: string): Item {
  try {
    const [pk, receivedAt, ...rest]: unknown[] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (typeof pk === 'string' && typeof receivedAt === 'string' && rest.length === 0)
      return { pk, receivedAt };
  } catch {
    // answered below: what is no JSON is no cursor either
  }
  const issues = [{ path: 'cursor', message: 'take it from the answer to the same query' }];
  throw new Fault('InvalidInput', 'the cursor does not belong to this list', { issues });
}

/** false when the condition failed. */
async function conditionally(call: string, run: () => Promise<unknown>): Promise<boolean> {
  try {
    await run();
    return true;
  } catch (thrown) {
    if (errorName(thrown) === 'ConditionalCheckFailedException') return false;
    return await awsCall(call, () => Promise.reject(thrown));
  }
}
