import { arn } from '../template/identities.ts';
import { entryOf, isRecord, listOf, text } from '../template/values.ts';
import { dynamoRequests, type KeyOf } from './dynamo-requests.ts';
import type { IamRequest } from './statements.ts';

type Input = Readonly<Record<string, unknown>>;

/** What the calls' inputs do not say: the partition key of a table or index, and the machine a task token came from. */
export type Directory = {
  readonly keyOf: KeyOf;
  readonly machineOfToken?: (token: string) => string | undefined;
};

// Loopback stands in for TLS: nothing leaves the machine, so the template's "deny without TLS" must not bite.
const SECURE = { 'aws:SecureTransport': 'true' } as const;

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
  lambda: (action, input) =>
    action === 'Invoke' || action === 'InvokeFunction'
      ? [ask('lambda:InvokeFunction', full(input.FunctionName, 'lambda', 'function:'))]
      : undefined,
  secretsmanager: (action, input) =>
    /^(GetSecretValue|PutSecretValue|DescribeSecret)$/.test(action)
      ? [ask(`secretsmanager:${action}`, secret(text(input.SecretId, 'SecretId')))]
      : undefined,
  states: (action, input, directory) => {
    const resource = stateResource(action, input, directory);
    return resource === undefined ? undefined : [ask(`states:${action}`, resource)];
  },
  sqs: (action, input) => {
    const single = action.replace(/Batch$/, '');
    if (!/^(SendMessage|ReceiveMessage|DeleteMessage|ChangeMessageVisibility|GetQueue\w+)$/.test(single))
      return undefined;
    const name =
      text(input.QueueUrl ?? input.QueueName, 'QueueUrl')
        .split('/')
        .at(-1) ?? '';
    return [ask(`sqs:${single}`, arn('sqs', name))];
  },
  s3: (action, input) => s3Requests(action, input),
};

function ask(action: string, resource: string, context: IamRequest['context'] = {}): IamRequest {
  return { action, resource, context };
}

function putEvent(entry: unknown): IamRequest {
  const fields = isRecord(entry) ? entry : {};
  return ask('events:PutEvents', full(fields.EventBusName ?? 'default', 'events', 'event-bus/'), {
    'events:source': String(fields.Source),
    'events:detail-type': String(fields.DetailType),
  });
}

function stateResource(action: string, input: Input, { machineOfToken }: Directory): string | undefined {
  if (action === 'StartExecution') return full(input.stateMachineArn, 'states', 'stateMachine:');
  if (action === 'DescribeExecution' || action === 'StopExecution' || action === 'GetExecutionHistory') {
    return text(input.executionArn, 'executionArn');
  }
  if (!/^SendTask(Success|Failure|Heartbeat)$/.test(action)) return undefined;
  return machineOfToken?.(text(input.taskToken, 'taskToken')) ?? '*';
}

/** IAM's name for an S3 action, where it is another than the API's. */
const S3_NAMES: Readonly<Record<string, string>> = {
  HeadObject: 'GetObject',
  HeadBucket: 'ListBucket',
  ListObjectsV2: 'ListBucket',
  ListObjectVersions: 'ListBucketVersions',
};

function s3Requests(action: string, input: Input): readonly IamRequest[] | undefined {
  const name = entryOf(S3_NAMES, action) ?? action;
  const bucket = `arn:aws:s3:::${text(input.Bucket, 'Bucket')}`;
  if (/^ListBucket(Versions)?$/.test(name)) {
    return [ask(`s3:${name}`, bucket, typeof input.Prefix === 'string' ? { 's3:prefix': input.Prefix } : {})];
  }
  if (!/^((Get|Put|Delete)Object|(Get|Put)ObjectRetention)$/.test(name)) return undefined;
  const object = `${bucket}/${text(input.Key, 'Key')}`;
  const version = input.VersionId !== undefined && /^(Get|Delete)Object$/.test(name) ? 'Version' : '';
  const once = typeof input.IfNoneMatch === 'string' ? { 's3:if-none-match': input.IfNoneMatch } : {};
  const requests = [ask(`s3:${name}${version}`, object, once)];
  // S3 asks for this right as well when a put sets its own retention.
  if (name === 'PutObject' && input.ObjectLockMode !== undefined) {
    requests.push(ask('s3:PutObjectRetention', object));
  }
  return requests;
}

function full(nameOrArn: unknown, service: string, prefix: string): string {
  const given = text(nameOrArn, prefix);
  return given.startsWith('arn:') ? given : arn(service, `${prefix}${given}`);
}

function secret(nameOrArn: string): string {
  return nameOrArn.startsWith('arn:') ? nameOrArn : arn('secretsmanager', `secret:${nameOrArn}-local0`);
}
