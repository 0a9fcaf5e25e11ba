import { expect, test } from 'vitest';
import { partitionKeys } from '../../../local/cloud/iam/dynamo-requests.ts';
import { createIam } from '../../../local/cloud/iam/iam.ts';
import { iamRequests } from '../../../local/cloud/iam/requests.ts';
import { R, resource, role } from './roles.ts';

const table = resource('AWS::DynamoDB::Table', 'T', {
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
});
const iam = createIam([
  role({
    Effect: 'Allow',
    Action: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:Query'],
    Resource: 'arn:aws:dynamodb:us-east-1:000000000000:table/App-T',
    Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['CHECKPOINT#*', 'TILES#*'] } },
  }),
]);
const may = (action: string, input: object) => {
  const directory = { keyOf: partitionKeys([table]) };
  const asked = iamRequests('dynamodb', action, { TableName: 'App-T', ...input }, directory);
  return asked?.every((request) => iam.authorize(R, request).allowed);
};
const key = (pk: string) => ({ pk: { S: pk } });
const put = (pk: string) => ({ Put: { TableName: 'App-T', Item: key(pk) } });
const query = (pk: string) => ({
  KeyConditionExpression: 'pk = :pk',
  ExpressionAttributeValues: { ':pk': { S: pk } },
});

// A role that may write some items of a table and no others, as whoever publishes checkpoints may.
test.each([
  ['puts its own item', 'PutItem', { Item: key('CHECKPOINT#main') }, true],
  ['puts no other item', 'PutItem', { Item: key('HEAD#main') }, false],
  ['changes its own item', 'UpdateItem', { Key: key('TILES#main') }, true],
  ['changes no other item', 'UpdateItem', { Key: key('ENTRY#1') }, false],
  ['reads no other item', 'GetItem', { Key: key('HEAD#main') }, false],
  ['asks for its own items', 'Query', query('TILES#main'), true],
  ['asks for no others', 'Query', query('ENTRY#1'), false],
  [
    'writes its own items at once',
    'TransactWriteItems',
    { TransactItems: [put('TILES#a'), put('CHECKPOINT#a')] },
    true,
  ],
  [
    'writes no other among its own',
    'TransactWriteItems',
    { TransactItems: [put('TILES#a'), put('HEAD#a')] },
    false,
  ],
])('a role held to leading keys %s', (_, action, input, expected) => {
  expect(may(action, input)).toBe(expected);
});
