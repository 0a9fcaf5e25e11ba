import { type DynamoDBDocumentClient, QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Head, HeadQuery, Page } from '../../kernel/index.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { headOf } from './dynamodb-items.ts';
import { awsCall } from './failures.ts';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;
// A filter that matches little would read the whole index: after this many reads the page ends where it is.
const MAX_READS = 20;

type Index = { readonly name: string; readonly key: string; readonly value: string };

/**
 * Heads of one kind, newest first, from the index that narrows most; the other conditions are filters.
 * Pages hold `limit` heads (1..200, default 50); a page with a cursor may hold fewer when a filter matched little.
 */
export async function queryHeads(
  client: DynamoDBDocumentClient,
  table: string,
  query: HeadQuery,
): Promise<Page<Head>> {
  const index = indexFor(query);
  const limit = Math.min(MAX_LIMIT, Math.max(1, query.limit ?? DEFAULT_LIMIT));
  const items: Record<string, unknown>[] = [];
  let start = startKey(query, index);
  for (let reads = 0; reads < MAX_READS; reads += 1) {
    const input = queryInput(table, index, query, limit + 1, start);
    const page = await awsCall('Query', () => client.send(new QueryCommand(input)));
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
    if (start === undefined || items.length > limit) break;
  }
  const last = items.length > limit ? items[limit - 1] : start;
  return {
    items: items.slice(0, limit).map(headOf),
    ...(last !== undefined && { cursor: cursorAt(index, last) }),
  };
}

function indexFor(query: HeadQuery): Index {
  const kind = query.kind.toUpperCase();
  if (query.service !== undefined) {
    return { name: 'byService', key: 'servicePk', value: `${kind}#${query.service}` };
  }
  if (query.state !== undefined) return { name: 'byState', key: 'statePk', value: `${kind}#${query.state}` };
  return { name: 'byKind', key: 'kindPk', value: kind };
}

function startKey(query: HeadQuery, index: Index): Record<string, unknown> | undefined {
  if (query.cursor === undefined) return undefined;
  const { pk, createdAt } = decodeCursor(query.cursor, index.value);
  return { pk, createdAt, [index.key]: index.value };
}

function cursorAt(index: Index, item: Record<string, unknown>): string {
  return encodeCursor({
    index: index.value,
    createdAt: String(item.createdAt),
    pk: String(item.pk),
  });
}

function queryInput(
  table: string,
  index: Index,
  query: HeadQuery,
  limit: number,
  start: Record<string, unknown> | undefined,
): QueryCommandInput {
  const names: Record<string, string> = { '#index': index.key };
  const values: Record<string, unknown> = { ':index': index.value };
  const filters: string[] = [];
  const filter = (attribute: string, value: string): void => {
    names[`#${attribute}`] = attribute;
    values[`:${attribute}`] = value;
    filters.push(`#${attribute} = :${attribute}`);
  };
  if (query.environment !== undefined) filter('environment', query.environment);
  if (query.state !== undefined && index.name !== 'byState') {
    filter('statePk', `${query.kind.toUpperCase()}#${query.state}`);
  }
  if (query.changedSince !== undefined) {
    values[':changedSince'] = query.changedSince;
    filters.push('updatedAt >= :changedSince');
  }
  const since = query.since !== undefined;
  if (since) values[':since'] = query.since;
  return {
    TableName: table,
    IndexName: index.name,
    KeyConditionExpression: `#index = :index${since ? ' AND createdAt >= :since' : ''}`,
    ...(filters.length > 0 && { FilterExpression: filters.join(' AND ') }),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
    ScanIndexForward: false,
    Limit: limit,
    ...(start !== undefined && { ExclusiveStartKey: start }),
  };
}
