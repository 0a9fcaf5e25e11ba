import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientOf, eventually, type Fixture, startFixture } from './fixture.ts';

const TABLE = {
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
};
const RESOURCES = {
  Items: { Type: 'AWS::DynamoDB::Table', Properties: { ...TABLE, TableName: 'Items' } },
  Jobs: {
    Type: 'AWS::SQS::Queue',
    Properties: { QueueName: 'jobs', VisibilityTimeout: 0 },
  },
  Secret: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'tokens', SecretString: '{}' } },
  Machine: {
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: {
      StateMachineName: 'double',
      RoleArn: { 'Fn::GetAtt': ['AddRole', 'Arn'] },
      DefinitionString: JSON.stringify({
        QueryLanguage: 'JSONata',
        StartAt: 'Double',
        States: { Double: { Type: 'Pass', Output: '{% $states.input.n * 2 %}', End: true } },
      }),
    },
  },
};
const FUNCTIONS = {
  Add: {
    source:
      'export const handler = async ({ a, b }) => { if (a === undefined) { const e = new Error("no a"); e.name = "InvalidInput"; throw e; } return a + b; };',
  },
};

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture(RESOURCES, FUNCTIONS);
});
afterAll(() => fixture.end());

test('an access key nobody was given is refused', async () => {
  const client = new SQSClient(clientOf(fixture.cloud, 'STRANGER'));
  const sent = client.send(new SendMessageCommand({ QueueUrl: 'http://q/1/jobs', MessageBody: 'x' }));
  await expect(sent).rejects.toMatchObject({ name: 'InvalidClientTokenId' });
});

test('a transaction of DynamoDB fails whole and says which condition failed', async () => {
  const client = new DynamoDBClient(clientOf(fixture.cloud));
  await client.send(new PutItemCommand({ TableName: 'Items', Item: { pk: { S: 'taken' } } }));
  const put = (pk: string) => ({
    Put: { TableName: 'Items', Item: { pk: { S: pk } }, ConditionExpression: 'attribute_not_exists(pk)' },
  });
  const write = client.send(new TransactWriteItemsCommand({ TransactItems: [put('new'), put('taken')] }));
  await expect(write).rejects.toMatchObject({
    name: 'TransactionCanceledException',
    CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed' }],
  });
  const { Item } = await client.send(new GetItemCommand({ TableName: 'Items', Key: { pk: { S: 'new' } } }));
  expect(Item).toBeUndefined();
});

describe('Lambda', () => {
  test('a function answers with its value', async () => {
    const client = new LambdaClient(clientOf(fixture.cloud));
    const Payload = JSON.stringify({ a: 2, b: 3 });
    const answer = await client.send(new InvokeCommand({ FunctionName: 'Test-Add', Payload }));
    expect(answer.Payload?.transformToString()).toBe('5');
    expect(answer.FunctionError).toBeUndefined();
  });

  test('an error of a function is told by its name', async () => {
    const client = new LambdaClient(clientOf(fixture.cloud));
    const answer = await client.send(new InvokeCommand({ FunctionName: 'Test-Add', Payload: '{}' }));
    expect(answer.FunctionError).toBe('Unhandled');
    expect(JSON.parse(answer.Payload?.transformToString() ?? '')).toMatchObject({
      errorType: 'InvalidInput',
      errorMessage: 'no a',
    });
  });

  test('a function that is not there is a ResourceNotFoundException', async () => {
    const client = new LambdaClient(clientOf(fixture.cloud));
    const answer = client.send(new InvokeCommand({ FunctionName: 'nobody' }));
    await expect(answer).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

test('a secret keeps the value that was put last', async () => {
  const client = new SecretsManagerClient(clientOf(fixture.cloud));
  const SecretId = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:tokens-local0';
  await client.send(new PutSecretValueCommand({ SecretId, SecretString: '{"a":1}' }));
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId }));
  expect(SecretString).toBe('{"a":1}');
});

test('a state machine of the template is started by its ARN and ends', async () => {
  const client = new SFNClient(clientOf(fixture.cloud));
  const stateMachineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:double';
  const { executionArn } = await client.send(
    new StartExecutionCommand({ stateMachineArn, input: '{"n":21}' }),
  );
  const output = await eventually(async () => {
    const found = await client.send(new DescribeExecutionCommand({ executionArn }));
    return found.status === 'SUCCEEDED' ? found.output : undefined;
  });
  expect(output).toBe('42');
});

test('an event is taken by the default bus', async () => {
  const client = new EventBridgeClient(clientOf(fixture.cloud));
  const Entries = [{ Source: 'aws.cloudwatch', DetailType: 'x', Detail: '{}' }];
  const { FailedEntryCount } = await client.send(new PutEventsCommand({ Entries }));
  expect(FailedEntryCount).toBe(0);
});

test('a web page cannot reach the issuer', async () => {
  const headers = { origin: 'https://elsewhere.example' };
  const body = JSON.stringify({ person: 'eve', groups: ['admin'] });
  const token = await fetch(`${fixture.cloud.issuer}/token`, { method: 'POST', headers, body });
  expect(token.status).toBe(403);
});
