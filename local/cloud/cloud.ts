import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from './aws/database.ts';
import { createFaults, type FaultRule, type Faults } from './aws/faults.ts';
import { createFrontDoor } from './aws/front-door.ts';
import { freePort, listen, stop } from './aws/listening.ts';
import { ownerPage } from './aws/owner-pages.ts';
import type { MetricTotal } from './functions/metrics.ts';
import { createApi } from './http/http.ts';
import { createIssuer, type Issuer, issuerUrl } from './http/issuer.ts';
import { createServices, type Services } from './services.ts';
import { readTemplate, type Template, unsupported } from './template/template.ts';
import type { FaultHook, Resource } from './types.ts';

export type CloudOptions = {
  /** The cloud assembly that `cdk synth` wrote. */
  readonly assembly: string;
  readonly dataDir: string;
  /** Port of the HTTP API; the AWS endpoint gets the next one. 0 takes two free ports. */
  readonly port: number;
  /** Divides waits; 1 to 10. */
  readonly speed: number;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly faults?: FaultHook;
  /** Uses this DynamoDB instead of the embedded engine. */
  readonly dynamoDbEndpoint?: string;
  readonly log: (line: string) => void;
};

export type Cloud = {
  readonly api: string;
  readonly aws: string;
  readonly issuer: string;
  readonly resources: readonly Resource[];
  readonly outputs: Readonly<Record<string, unknown>>;
  /** What the template declares and this machine does not run, a line each. */
  readonly unsupported: readonly string[];
  readonly issuerToken: (person: string, groups: readonly string[]) => string;
  readonly metrics: () => readonly MetricTotal[];
  /** Calls any service as the owner, such as `call('states', 'ListExecutions', { stateMachineArn })`. */
  readonly call: (service: string, action: string, input: Record<string, unknown>) => Promise<unknown>;
  readonly setFaults: (rules: readonly FaultRule[]) => void;
  readonly close: () => Promise<void>;
};

const RUN: ReadonlySet<string> = new Set([
  ...['Api', 'Authorizer', 'Integration', 'Route', 'Stage'].map((name) => `AWS::ApiGatewayV2::${name}`),
  ...['UserPool', 'UserPoolClient', 'UserPoolGroup'].map((name) => `AWS::Cognito::${name}`),
  ...['EventInvokeConfig', 'EventSourceMapping', 'Function', 'Permission'].map(
    (name) => `AWS::Lambda::${name}`,
  ),
  ...['Archive', 'EventBus', 'Rule'].map((name) => `AWS::Events::${name}`),
  ...['ManagedPolicy', 'Policy', 'Role'].map((name) => `AWS::IAM::${name}`),
  ...['Bucket', 'BucketPolicy'].map((name) => `AWS::S3::${name}`),
  ...['Queue', 'QueuePolicy'].map((name) => `AWS::SQS::${name}`),
  'AWS::CDK::Metadata',
  'AWS::DynamoDB::Table',
  'AWS::Logs::LogGroup',
  'AWS::SecretsManager::Secret',
  'AWS::StepFunctions::StateMachine',
]);

/**
 * Runs a synthesised application on this machine. Durable: the same data folder goes on where it was. Throws when the
 * template needs what is not run here in a way that would change what it does, or when a port is taken.
 */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const { dataDir, speed, log } = options;
  const startedAt = new Date().toISOString();
  mkdirSync(dataDir, { recursive: true });
  const { ports, api, aws, issuer, template } = await addressed(options);
  const database = openDatabase(join(dataDir, 'cloud.sqlite'));
  const faults = createFaults(options.faults);
  const ground = { template, database, dataDir, aws, issuer, speed, now: Date.now, faults, log };
  const { dynamoDbEndpoint } = options;
  const services = await createServices({
    ...ground,
    ...(dynamoDbEndpoint !== undefined && { dynamoDbEndpoint }),
  });
  const issuing = createIssuer({ resources: template.resources, dataDir, base: aws, now: Date.now });
  const missing = unsupported(template.resources, RUN);
  const status = () => ({ api, aws, issuer, startedAt, speed, dataDir, unsupported: missing });
  const frontDoor = frontDoorOf(services, issuing, faults, { dataDir, status, log });
  const gateway = createApi({ ...services, resources: template.resources, now: Date.now, log });
  const close = async (): Promise<void> => {
    await stop(gateway);
    await services.close();
    await stop(frontDoor);
    database.close();
  };
  try {
    await listen(frontDoor, ports.aws);
    await listen(gateway, ports.api);
  } catch (thrown) {
    await close();
    throw thrown;
  }
  services.start();
  return {
    api,
    aws,
    issuer,
    resources: template.resources,
    outputs: template.outputs,
    unsupported: missing,
    issuerToken: issuing.token,
    metrics: services.functions.metrics,
    call: (service, action, input) => services.calls.call({ kind: 'owner' }, service, action, input),
    setFaults: faults.set,
    close,
  };
}

/** Ports first: the template's own values name the addresses. */
async function addressed(options: CloudOptions): Promise<{
  readonly ports: { readonly api: number; readonly aws: number };
  readonly api: string;
  readonly aws: string;
  readonly issuer: string;
  readonly template: Template;
}> {
  const { port } = options;
  const ports = port === 0 ? { api: await freePort(), aws: await freePort() } : { api: port, aws: port + 1 };
  const api = `http://127.0.0.1:${ports.api}`;
  const aws = `http://127.0.0.1:${ports.aws}`;
  const issuer = issuerUrl(aws);
  const template = readTemplate({
    folder: options.assembly,
    issuerUrl: issuer,
    apiUrl: api,
    ...(options.parameters !== undefined && { parameters: options.parameters }),
  });
  return { ports, api, aws, issuer, template };
}

function frontDoorOf(
  services: Services,
  issuing: Issuer,
  faults: Faults,
  own: {
    readonly dataDir: string;
    readonly status: () => unknown;
    readonly log: (line: string) => void;
  },
): ReturnType<typeof createFrontDoor> {
  const pages = {
    status: own.status,
    metrics: services.functions.metrics,
    logFolder: join(own.dataDir, 'logs'),
    faults,
  };
  return createFrontDoor({
    calls: services.calls,
    principalOf: services.iam.principalOf,
    forward: services.dynamodb.forward,
    pages: async (request, body, response) =>
      issuing.page(request, body, response) || ownerPage(pages, request, body, response),
    log: own.log,
  });
}
