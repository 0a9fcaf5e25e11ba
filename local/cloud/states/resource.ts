/** What a Task's Resource asks for: which action of which service, and how its errors and events are named. */
export type Target = {
  /** The signing name of the service, as `CallAws` wants it. */
  readonly service: string;
  readonly action: string;
  readonly errorPrefix: string;
  readonly awaitsToken: boolean;
  /** The resource is the function itself: arguments are its payload, its answer is the result. */
  readonly plainFunction: boolean;
  readonly resourceType: string;
  readonly resource: string;
};

// Where the name in a resource is not the signing name, or not the prefix of its errors.
const SIGNING_NAMES: Readonly<Record<string, string>> = { sfn: 'states', eventbridge: 'events' };
const ERROR_PREFIXES: Readonly<Record<string, string>> = {
  dynamodb: 'DynamoDB',
  'aws-sdk:dynamodb': 'DynamoDb',
  events: 'EventBridge',
  'aws-sdk:eventbridge': 'EventBridge',
  states: 'StepFunctions',
  'aws-sdk:secretsmanager': 'SecretsManager',
  sqs: 'SQS',
  sns: 'SNS',
};
const TOKEN = '.waitForTaskToken';

/** Reads a resource ARN. @throws Error for one that is neither a function nor an integration */
export function targetOf(resource: string): Target {
  if (/^arn:[\w-]+:lambda:/.test(resource)) {
    const lambda = { service: 'lambda', action: 'Invoke', errorPrefix: 'Lambda', resourceType: 'lambda' };
    return { ...lambda, resource, awaitsToken: false, plainFunction: true };
  }
  const [, sdk, name, api] =
    /^arn:[\w-]+:states:[^:]*:[^:]*:(aws-sdk:)?([\w-]+):([\w.]+)$/.exec(resource) ?? [];
  if (name === undefined || api === undefined) throw new Error(`no integration is known for ${resource}`);
  const verb = api.replace(TOKEN, '');
  const integration = `${sdk ?? ''}${name}`;
  return {
    service: SIGNING_NAMES[name] ?? name,
    action: `${verb.charAt(0).toUpperCase()}${verb.slice(1)}`,
    errorPrefix: ERROR_PREFIXES[integration] ?? `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    awaitsToken: api.endsWith(TOKEN),
    plainFunction: false,
    resourceType: integration,
    resource: api,
  };
}
