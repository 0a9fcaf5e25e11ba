import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from './aws/database.ts';
import { createFaults, type FaultRule } from './aws/faults.ts';
import { createFrontDoor } from './aws/front-door.ts';
import { freePort, listen, stop } from './aws/listening.ts';
import type { MetricTotal } from './functions/metrics.ts';
import { createApi } from './http/api.ts';
import { createIssuer, issuerUrl } from './http/issuer.ts';
import { createServices } from './services.ts';
import { readTemplate, unsupported } from './template/template.ts';
import type { Resource } from './types.ts';

export type CloudOptions = {
  /** The cloud assembly that `cdk synth` wrote. */
  readonly assembly: string;
  readonly dataDir: string;
  /** Port of the HTTP API; the AWS endpoint gets the next one. 0 takes two free ports. */
  readonly port: number;
  /** Divides waits; 1 to 10. */
  readonly speed: number;
  readonly parameters?: Readonly<Record<string, string>>;
  /** Faults from the first call on, for tests. */
  readonly faults?: readonly FaultRule[];
  /** Uses this DynamoDB instead of the embedded engine. */
  readonly dynamoDbEndpoint?: string;
  /** Address of a Lambda and CloudWatch that are not of this template: calls of aliases and metrics go there, after IAM. */
  readonly outside?: string;
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

/** Resource types that are run here; what else a template declares is listed at the start. */
export const RUN: ReadonlySet<string> = new Set(
  [
    ...['Api', 'Authorizer', 'Integration', 'Route', 'Stage'].map((name) => `ApiGatewayV2::${name}`),
    ...['UserPool', 'UserPoolClient', 'UserPoolGroup'].map((name) => `Cognito::${name}`),
    ...['EventInvokeConfig', 'EventSourceMapping', 'Function', 'Permission'].map((name) => `Lambda::${name}`),
    ...['EventBus', 'Rule'].map((name) => `Events::${name}`),
    ...['ManagedPolicy', 'Policy', 'Role'].map((name) => `IAM::${name}`),
    ...['S3::Bucket', 'S3::BucketPolicy', 'SQS::Queue', 'SQS::QueuePolicy', 'CDK::Metadata'],
    ...['KMS::Alias', 'KMS::Key'],
    ...['DynamoDB::Table', 'Logs::LogGroup', 'SecretsManager::Secret', 'StepFunctions::StateMachine'],
  ].map((name) => `AWS::${name}`),
);

/**
 * Runs a synthesised application on this machine. Durable: the same data folder goes on where it was. Throws when the
 * template needs what is not run here in a way that would change what it does, or when a port is taken.
 */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const { assembly: folder, dataDir, speed, parameters = {}, dynamoDbEndpoint, log } = options;
  mkdirSync(dataDir, { recursive: true });
  // Ports first: the template's own values name the addresses.
  const apiPort = options.port === 0 ? await freePort() : options.port;
  const awsPort = options.port === 0 ? await freePort() : options.port + 1;
  const api = `http://127.0.0.1:${apiPort}`;
  const aws = `http://127.0.0.1:${awsPort}`;
  const template = readTemplate({ folder, parameters, issuerUrl: issuerUrl(aws), apiUrl: api });
  const { resources, outputs } = template;
  const database = openDatabase(join(dataDir, 'cloud.sqlite'));
  const faults = createFaults(options.faults ?? []);
  const ground = { template, database, dataDir, dynamoDbEndpoint, aws, speed, faults, log };
  const services = await createServices(ground);
  const { calls, iam, functions, dynamodb } = services;
  const issuer = createIssuer({ resources, dataDir, aws });
  const frontDoor = createFrontDoor({
    principalOf: iam.principalOf,
    forward: dynamodb.forward,
    issuer: issuer.page,
    ...{ calls, log, outside: options.outside },
  });
  const gateway = createApi({ resources, invoke: functions.invoke, iam, log });
  const close = async (): Promise<void> => {
    await stop(gateway);
    await services.close();
    await stop(frontDoor);
    database.close();
  };
  try {
    await listen(frontDoor, awsPort);
    await listen(gateway, apiPort);
  } catch (thrown) {
    await close();
    throw thrown;
  }
  services.start();
  return {
    ...{ api, aws, issuer: issuerUrl(aws), resources, outputs },
    unsupported: unsupported(resources, RUN),
    issuerToken: issuer.token,
    metrics: functions.metrics,
    call: (service, action, input) => calls.call({ kind: 'owner' }, service, action, input),
    setFaults: faults.set,
    close,
  };
}
