import { arn, identify } from '../template/identities.ts';
import { entryOf, isRecord, listOf, record, text } from '../template/values.ts';
import type { Resource } from '../types.ts';
import type { IamRequest } from './statements.ts';

type Input = Readonly<Record<string, unknown>>;

/** The name of the partition key of a table, or of one of its indexes. */
export type KeyOf = (table: string, index?: string) => string | undefined;

/** Reads the partition keys of the template's tables. */
export function partitionKeys(resources: readonly Resource[]): KeyOf {
  const known = new Map<string, string>();
  for (const resource of resources.filter(({ type }) => type === 'AWS::DynamoDB::Table')) {
    const table = String(identify(resource).Ref);
    known.set(table, hashKey(resource.properties.KeySchema));
    for (const index of listOf(resource.properties.GlobalSecondaryIndexes)) {
      const { IndexName, KeySchema } = record(index, `an index of ${table}`);
      known.set(`${table}/index/${String(IndexName)}`, hashKey(KeySchema));
    }
  }
  return (table, index) => known.get(index === undefined ? table : `${table}/index/${index}`);
}

/** What IAM is asked for a call of DynamoDB; undefined for an action that is not known. */
export function dynamoRequests(
  action: string,
  input: Input,
  keyOf: KeyOf,
): readonly IamRequest[] | undefined {
  switch (action) {
    case 'GetItem':
    case 'DeleteItem':
    case 'UpdateItem':
      return [one(action, input, input.Key, keyOf)];
    case 'PutItem':
      return [one(action, input, input.Item, keyOf)];
    case 'Query':
      return [query(input, keyOf)];
    case 'TransactWriteItems':
      return listOf(input.TransactItems).flatMap((item) => transacted(action, item, keyOf));
    case 'BatchGetItem':
      return Object.entries(record(input.RequestItems, 'RequestItems')).map(([table, items]) =>
        batch(action, table, items, keyOf),
      );
    default:
      return undefined;
  }
}

function one(action: string, input: Input, item: unknown, keyOf: KeyOf): IamRequest {
  const leading = leadingKey(item, keyOf(tableName(input.TableName)));
  return {
    action: `dynamodb:${action}`,
    resource: tableArn(input.TableName),
    context: leading === undefined ? {} : { 'dynamodb:LeadingKeys': [leading] },
  };
}

const TRANSACTED: Readonly<Record<string, string>> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};

/** A transaction is authorized item by item, under the action that the item alone would be. */
function transacted(enclosing: string, item: unknown, keyOf: KeyOf): readonly IamRequest[] {
  return Object.entries(record(item, 'an item of TransactItems')).map(([kind, operation]) => {
    const fields = record(operation, kind);
    const request = one(entryOf(TRANSACTED, kind) ?? kind, fields, fields.Key ?? fields.Item, keyOf);
    return { ...request, context: { ...request.context, 'dynamodb:EnclosingOperation': enclosing } };
  });
}

function batch(action: string, table: string, items: unknown, keyOf: KeyOf): IamRequest {
  const keys = listOf(record(items, `the items of ${table}`).Keys);
  const leading = keys.flatMap((key) => leadingKey(key, keyOf(tableName(table))) ?? []);
  return {
    action: `dynamodb:${action}`,
    resource: tableArn(table),
    context: { 'dynamodb:LeadingKeys': [...new Set(leading)] },
  };
}

function query(input: Input, keyOf: KeyOf): IamRequest {
  const index = typeof input.IndexName === 'string' ? input.IndexName : undefined;
  const key = keyOf(tableName(input.TableName), index);
  const names = isRecord(input.ExpressionAttributeNames) ? input.ExpressionAttributeNames : {};
  const values = isRecord(input.ExpressionAttributeValues) ? input.ExpressionAttributeValues : {};
  const written = Object.keys(names).find((alias) => names[alias] === key) ?? key ?? '';
  const equality = new RegExp(`(?:^|[\\s(])${written}\\s*=\\s*(:\\w+)`);
  const found = equality.exec(String(input.KeyConditionExpression ?? ''))?.[1];
  // A key that cannot be read here must not look like no key at all: ForAllValues would let that through.
  const leading = (found && scalar(values[found])) ?? '';
  return {
    action: 'dynamodb:Query',
    resource: `${tableArn(input.TableName)}${index === undefined ? '' : `/index/${index}`}`,
    context: { 'dynamodb:LeadingKeys': [leading] },
  };
}

function leadingKey(item: unknown, key: string | undefined): string | undefined {
  return isRecord(item) && key !== undefined ? scalar(item[key]) : undefined;
}

/** The text of an attribute value ({S}, {N} or {B}). */
function scalar(attribute: unknown): string | undefined {
  if (!isRecord(attribute)) return undefined;
  const value = attribute.S ?? attribute.N ?? attribute.B;
  return value === undefined ? undefined : String(value);
}

function hashKey(schema: unknown): string {
  const hash = listOf(schema).find((part) => isRecord(part) && part.KeyType === 'HASH');
  return text(record(hash, 'a key schema').AttributeName, 'AttributeName');
}

function tableName(nameOrArn: unknown): string {
  return text(nameOrArn, 'TableName').split('/').at(-1) ?? '';
}

function tableArn(nameOrArn: unknown): string {
  return arn('dynamodb', `table/${tableName(nameOrArn)}`);
}
