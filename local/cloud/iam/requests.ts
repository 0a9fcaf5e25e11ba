import { arn } from '../template/identities.ts';
import { entryOf, isRecord, listOf, text } from '../template/values.ts';
import { dynamoRequests, type KeyOf } from './dynamo-requests.ts';
import type { IamRequest } from './statements.ts';

type Input = Readonly<Record<string, unknown>>;

/** What the inputs do not say: the partition key of a table or index, the machine of a task token, the key of an alias. */
export type Directory = {
  readonly keyOf: KeyOf;
  readonly machineOfToken?: (token: string) => string | undefined;
  readonly signingKey?: (id: string) => string;
};

// Loopback stands in for TLS: nothing leaves the machine, so the template's "deny without TLS" must not bite.
export const SECURE = { 'aws:SecureTransport': 'true' } as const;

/**
 * What IAM is asked when a call is made: each request must be allowed. `service` is the signing name, `input` the
 * call's JSON as the SDK writes it. An action that is not known gives undefined, and must be denied.
 */
export function iamRequests(
  service: string,
  action: string,
  input: Input,
  directory: Directory,
): readonly IamRequest[] | undefined {
  const found = entryOf(SERVICES, service)?.(action, input, directory);
  return found?.map((request) => ({ ...request, context: { ...SECURE, ...request.context } }));
}

type Reader = (action: string, input: Input, directory: Directory) => readonly IamRequest[] | undefined;

const SERVICES: Readonly<Record<string, Reader>> = {
  dynamodb: (action, input, { keyOf }) => dynamoRequests(action, input, keyOf),
  events: (action, input) => (action === 'PutEvents' ? listOf(input.Entries).map(putEvent) : undefined),
  kms: (action, input, { signingKey }) => {
    if (signingKey === undefined || !/^(Sign|GetPublicKey)$/.test(action)) return undefined;
    return [ask(`kms:${action}`, signingKey(text(input.KeyId, 'KeyId')))];
  },
  lambda: (action, input) => {
    const known = /^(Invoke|GetAlias|UpdateAlias|ListVersionsByFunction)$/.test(action);
    const name = action === 'Invoke' ? 'InvokeFunction' : action;
    return known ? [ask(`lambda:${name}`, full(input.FunctionName, 'lambda', 'function:'))] : undefined;
  },
  // CloudWatch knows no resources.
  monitoring: (action) => (action === 'GetMetricData' ? [ask('cloudwatch:GetMetricData', '*')] : undefined),
  secretsmanager: (action, input) =>
    action === 'GetSecretValue'
      ? [ask('secretsmanager:GetSecretValue', secret(text(input.SecretId, 'SecretId')))]
      : undefined,
  states: (action, input, directory) => {
    const resource = stateResource(action, input, directory);
    return resource === undefined ? undefined : [ask(`states:${action}`, resource)];
  },
  sqs: (action, input) =>
    /^(Send|Receive|Delete)Message$|^GetQueueAttributes$/.test(action)
      ? [ask(`sqs:${action}`, arn('sqs', text(input.QueueUrl, 'QueueUrl').replace(/^.*\//, '')))]
      : undefined,
  s3: (action, input) => s3Requests(action, input),
};

function ask(action: string, resource: string): IamRequest {
  return { action, resource, context: {} };
}

function putEvent(entry: unknown): IamRequest {
  const { EventBusName = 'default' } = isRecord(entry) ? entry : {};
  return ask('events:PutEvents', full(EventBusName, 'events', 'event-bus/'));
}

function stateResource(action: string, input: Input, { machineOfToken }: Directory): string | undefined {
  if (action === 'StartExecution') return full(input.stateMachineArn, 'states', 'stateMachine:');
  if (action !== 'SendTaskSuccess') return undefined;
  return machineOfToken?.(text(input.taskToken, 'taskToken')) ?? '*';
}

function s3Requests(action: string, input: Input): readonly IamRequest[] | undefined {
  const bucket = `arn:aws:s3:::${text(input.Bucket, 'Bucket')}`;
  if (action === 'ListObjectVersions') return [ask('s3:ListBucketVersions', bucket)];
  if (!/^(Get|Head|Put|Delete)Object$/.test(action)) return undefined;
  const object = `${bucket}/${text(input.Key, 'Key')}`;
  const version = input.VersionId === undefined ? '' : 'Version';
  const asked = ask(`s3:${action.replace('Head', 'Get')}${version}`, object);
  if (action === 'PutObject') {
    const { IfNoneMatch: once } = input;
    const condition = once === undefined ? {} : { 's3:if-none-match': text(once, 'IfNoneMatch') };
    return [{ ...asked, context: { 's3:ObjectCreationOperation': 'true', ...condition } }];
  }
  const bypasses = input.BypassGovernanceRetention === true;
  return bypasses ? [asked, ask('s3:BypassGovernanceRetention', object)] : [asked];
}

function full(nameOrArn: unknown, service: string, prefix: string): string {
  const given = text(nameOrArn, prefix);
  return given.startsWith('arn:') ? given : arn(service, `${prefix}${given}`);
}

function secret(nameOrArn: string): string {
  return nameOrArn.startsWith('arn:') ? nameOrArn : arn('secretsmanager', `secret:${nameOrArn}-local0`);
}
