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

/** `Ref` and the attributes of Fn::GetAtt. */
type Identity = Readonly<Record<string, string>>;

/** The property that names a resource of this type, if one does, and its identity, where `{}` stands for the name. */
type Kind = readonly [
  naming: string,
  Identity | ((name: string, subject: Subject, given: Endpoints) => Identity),
];

/** An ARN in this account and region. */
export function arn(service: string, rest: string, region = REGION): string {
  return `arn:aws:${service}:${region}:${ACCOUNT}:${rest}`;
}

// AWS labels a stream with the time it was switched on; a fixed label keeps the ARN the same over restarts.
const STREAM = 'table/{}/stream/2026-01-01T00:00:00.000';
const TABLE: Kind = ['TableName', { Arn: arn('dynamodb', 'table/{}'), StreamArn: arn('dynamodb', STREAM) }];
const QUEUE_URL = `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/{}`;
const POLICY_ARN = arn('iam', 'policy/{}', '');
const MACHINE_ARN = arn('states', 'stateMachine:{}');
/** AWS appends six characters of its own to the name of a secret. */
const SECRET_ARN = arn('secretsmanager', 'secret:{}-local0');

const KINDS: Readonly<Record<string, Kind>> = {
  'AWS::ApiGatewayV2::Api': ['', httpApi],
  'AWS::ApiGatewayV2::Authorizer': ['', { AuthorizerId: '{}' }],
  'AWS::ApiGatewayV2::Stage': ['StageName', {}],
  'AWS::CloudWatch::Alarm': ['AlarmName', { Arn: arn('cloudwatch', 'alarm:{}') }],
  'AWS::Cognito::UserPool': ['', userPool],
  'AWS::Cognito::UserPoolClient': ['', { ClientId: '{}', Name: '{}' }],
  'AWS::Cognito::UserPoolDomain': ['Domain', {}],
  'AWS::DynamoDB::GlobalTable': TABLE,
  'AWS::DynamoDB::Table': TABLE,
  'AWS::Events::Archive': ['ArchiveName', { ArchiveName: '{}', Arn: arn('events', 'archive/{}') }],
  'AWS::Events::EventBus': ['Name', { Name: '{}', Arn: arn('events', 'event-bus/{}') }],
  'AWS::Events::Rule': ['Name', rule],
  'AWS::IAM::ManagedPolicy': ['ManagedPolicyName', { Ref: POLICY_ARN, PolicyArn: POLICY_ARN }],
  'AWS::IAM::Role': ['RoleName', { Arn: arn('iam', 'role/{}', ''), RoleId: 'AROA{}' }],
  'AWS::KMS::Alias': ['AliasName', {}],
  'AWS::KMS::Key': ['', { KeyId: '{}', Arn: arn('kms', 'key/{}') }],
  'AWS::Lambda::Alias': ['Name', (name, subject) => qualified(subject, name, 'AliasArn')],
  'AWS::Lambda::EventSourceMapping': ['', { Id: '{}' }],
  'AWS::Lambda::Function': ['FunctionName', { Arn: arn('lambda', 'function:{}') }],
  'AWS::Lambda::Version': ['', (_, subject) => ({ ...qualified(subject, '1', 'FunctionArn'), Version: '1' })],
  'AWS::Logs::LogGroup': ['LogGroupName', { Arn: arn('logs', 'log-group:{}:*') }],
  'AWS::S3::Bucket': ['BucketName', bucket],
  'AWS::SecretsManager::Secret': ['Name', { Ref: SECRET_ARN, Id: SECRET_ARN }],
  'AWS::SNS::Topic': ['TopicName', { Ref: arn('sns', '{}'), TopicArn: arn('sns', '{}'), TopicName: '{}' }],
  'AWS::SQS::Queue': [
    'QueueName',
    { Ref: QUEUE_URL, QueueUrl: QUEUE_URL, QueueName: '{}', Arn: arn('sqs', '{}') },
  ],
  'AWS::StepFunctions::StateMachine': [
    'StateMachineName',
    { Ref: MACHINE_ARN, Arn: MACHINE_ARN, Name: '{}' },
  ],
};

/** `Ref` and every known attribute of a resource. A type without attributes here still has its `Ref`. */
export function identityOf(subject: Subject, endpoints: Endpoints = {}): Identity {
  const [naming, shape] = KINDS[subject.type] ?? ['', {}];
  const given = naming === '' ? undefined : subject.property(naming);
  const name = typeof given === 'string' && given !== '' ? given : `${subject.stack}-${subject.logicalId}`;
  if (typeof shape === 'function') return { Ref: name, ...shape(name, subject, endpoints) };
  const filled = Object.entries(shape).map(([key, value]) => [key, value.replaceAll('{}', name)]);
  return { Ref: name, ...Object.fromEntries(filled) };
}

/** The identity of a finished resource. */
export function identify(resource: Omit<Subject, 'property'> & { readonly properties: unknown }): Identity {
  const properties = isRecord(resource.properties) ? resource.properties : {};
  return identityOf({ ...resource, property: (name) => properties[name] });
}

/** The ARN of a finished resource; throws for a type that has none. */
export function arnOf(resource: Omit<Subject, 'property'> & { readonly properties: unknown }): string {
  const { Arn, Ref } = identify(resource);
  const known = Arn ?? (Ref?.startsWith('arn:') ? Ref : undefined);
  if (known === undefined) throw new Error(`${resource.type} ${resource.logicalId} has no known ARN`);
  return known;
}

function qualified({ property }: Subject, qualifier: string, attribute: string): Identity {
  const name = String(property('FunctionName'));
  const whole = `${name.startsWith('arn:') ? name : arn('lambda', `function:${name}`)}:${qualifier}`;
  return { Ref: whole, [attribute]: whole };
}

function rule(name: string, { property }: Subject): Identity {
  const bus = String(property('EventBusName') ?? 'default')
    .split('/')
    .at(-1);
  const custom = bus !== 'default';
  return {
    Ref: custom ? `${bus}|${name}` : name,
    Arn: arn('events', `rule/${custom ? `${bus}/` : ''}${name}`),
  };
}

function bucket(given: string): Identity {
  const name = given.toLowerCase();
  return { Ref: name, Arn: `arn:aws:s3:::${name}`, DomainName: `${name}.s3.amazonaws.com` };
}

function userPool(_: string, { logicalId }: Subject, { issuerUrl }: Endpoints): Identity {
  const id = `${REGION}_${logicalId}`;
  const url = issuerUrl ?? `https://cognito-idp.${REGION}.amazonaws.com/${id}`;
  const host = url.replace(/^https?:\/\//, '');
  return {
    Ref: id,
    UserPoolId: id,
    Arn: arn('cognito-idp', `userpool/${id}`),
    ProviderURL: url,
    ProviderName: host,
  };
}

function httpApi(_: string, { logicalId }: Subject, { apiUrl }: Endpoints): Identity {
  const id = logicalId.toLowerCase();
  return { Ref: id, ApiId: id, ApiEndpoint: apiUrl ?? `https://${id}.execute-api.${REGION}.amazonaws.com` };
}
