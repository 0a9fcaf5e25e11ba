import { isRecord } from './values.ts';

export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';

/** What an identity needs of a resource; `property` is asked lazily, so that names may depend on other resources. */
export type Subject = {
  readonly logicalId: string;
  readonly type: string;
  readonly stack: string;
  readonly property: (name: string) => unknown;
};

/** Addresses that AWS would give out itself: the local token issuer and the local HTTP API. */
export type Endpoints = { readonly issuerUrl?: string; readonly apiUrl?: string };

/** `Ref` and the attributes of Fn::GetAtt; `{}` stands for the resource's name. */
type Identity = Readonly<Record<string, string>>;

/** An ARN in this account and region. */
export function arn(service: string, rest: string, region = REGION): string {
  return `arn:aws:${service}:${region}:${ACCOUNT}:${rest}`;
}

// AWS labels a stream with the time it was switched on; a fixed label keeps the ARN the same over restarts.
const STREAM = 'table/{}/stream/2026-01-01T00:00:00.000';
const QUEUE_URL = `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/{}`;
const POLICY_ARN = arn('iam', 'policy/{}', '');
const MACHINE_ARN = arn('states', 'stateMachine:{}');

/** The attributes that the template asks for; a type that is not here has its `Ref` and nothing else. */
const ATTRIBUTES: Readonly<Record<string, Identity | ((subject: Subject, given: Endpoints) => Identity)>> = {
  'AWS::ApiGatewayV2::Api': (_, { apiUrl = '' }) => ({ ApiEndpoint: apiUrl }),
  'AWS::Cognito::UserPool': (_, { issuerUrl = '' }) => ({ ProviderURL: issuerUrl }),
  'AWS::DynamoDB::Table': { Arn: arn('dynamodb', 'table/{}'), StreamArn: arn('dynamodb', STREAM) },
  'AWS::Events::EventBus': { Name: '{}', Arn: arn('events', 'event-bus/{}') },
  'AWS::Events::Rule': ({ property }) => ({ Arn: arn('events', `rule/${busPrefix(property)}{}`) }),
  'AWS::IAM::ManagedPolicy': { Ref: POLICY_ARN, Arn: POLICY_ARN },
  'AWS::IAM::Role': { Arn: arn('iam', 'role/{}', '') },
  'AWS::KMS::Key': { KeyId: '{}', Arn: arn('kms', 'key/{}') },
  'AWS::Lambda::Function': { Arn: arn('lambda', 'function:{}') },
  'AWS::Logs::LogGroup': { Arn: arn('logs', 'log-group:{}:*') },
  'AWS::S3::Bucket': { Arn: 'arn:aws:s3:::{}' },
  // AWS appends six characters of its own to the name of a secret.
  'AWS::SecretsManager::Secret': { Ref: arn('secretsmanager', 'secret:{}-local0') },
  'AWS::SNS::Topic': { Ref: arn('sns', '{}') },
  'AWS::SQS::Queue': { Ref: QUEUE_URL, QueueName: '{}', Arn: arn('sqs', '{}') },
  'AWS::StepFunctions::StateMachine': { Ref: MACHINE_ARN, Arn: MACHINE_ARN },
};

/** The property that names a resource where it is not `<last part of the type>Name`, such as `TableName`. */
const NAMED_BY: Readonly<Record<string, string>> = {
  'AWS::Events::EventBus': 'Name',
  'AWS::Events::Rule': 'Name',
  'AWS::SecretsManager::Secret': 'Name',
};

/** `Ref` and every known attribute of a resource. */
export function identityOf(subject: Subject, endpoints: Endpoints = {}): Identity {
  const given = subject.property(NAMED_BY[subject.type] ?? `${subject.type.split('::').at(-1)}Name`);
  const own = typeof given === 'string' && given !== '' ? given : `${subject.stack}-${subject.logicalId}`;
  // No two buckets differ by their case alone.
  const name = subject.type === 'AWS::S3::Bucket' ? own.toLowerCase() : own;
  const found = ATTRIBUTES[subject.type] ?? {};
  const shape = typeof found === 'function' ? found(subject, endpoints) : found;
  const filled = Object.entries(shape).map(([key, value]) => [key, value.replaceAll('{}', name)]);
  return { Ref: name, ...Object.fromEntries(filled) };
}

type Finished = Omit<Subject, 'property'> & { readonly properties: unknown };

/** The identity of a finished resource. */
export function identify(resource: Finished): Identity & { readonly Ref: string } {
  const properties = isRecord(resource.properties) ? resource.properties : {};
  const identity = identityOf({ ...resource, property: (name) => properties[name] });
  return { Ref: resource.logicalId, ...identity };
}

/** The ARN of a finished resource; throws for a type that has none. */
export function arnOf(resource: Finished): string {
  const { Arn, Ref } = identify(resource);
  const known = Arn ?? (Ref.startsWith('arn:') ? Ref : undefined);
  if (known === undefined) throw new Error(`${resource.type} ${resource.logicalId} has no known ARN`);
  return known;
}

/** A rule's ARN names its bus, unless that is the default one. */
function busPrefix(property: Subject['property']): string {
  const bus = String(property('EventBusName') ?? 'default').split('/');
  return bus.at(-1) === 'default' ? '' : `${bus.at(-1)}/`;
}
