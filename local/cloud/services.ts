import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { type Calls, createCalls } from './aws/calls.ts';
import { deliverTo } from './aws/deliver.ts';
import type { Faults } from './aws/faults.ts';
import { createS3 } from './aws/s3.ts';
import { createSecrets } from './aws/secrets.ts';
import { lastPart } from './aws/shapes.ts';
import { createSqs } from './aws/sqs.ts';
import { createDynamoDb, type DynamoDb } from './dynamodb/dynamodb.ts';
import { type Mapping, mappingsOf } from './dynamodb/mapping.ts';
import { runStreams } from './dynamodb/streams.ts';
import { createEvents, type Events } from './events/events.ts';
import { createFunctions, type Functions } from './functions/functions.ts';
import { partitionKeys } from './iam/dynamo-requests.ts';
import { createIam, type Iam } from './iam/iam.ts';
import { machinesOf } from './machines.ts';
import { createStates, type States } from './states/index.ts';
import { arnOf, identify, REGION } from './template/identities.ts';
import type { Template } from './template/template.ts';
import type { AwsService, Principal, Resource } from './types.ts';

/** What all services are made from. */
export type Ground = {
  readonly template: Template;
  readonly database: DatabaseSync;
  readonly dataDir: string;
  readonly dynamoDbEndpoint?: string;
  /** Addresses of the front door and of the token issuer. */
  readonly aws: string;
  readonly issuer: string;
  readonly speed: number;
  readonly now: () => number;
  readonly faults: Faults;
  readonly log: (line: string) => void;
};

export type Services = {
  readonly iam: Iam;
  readonly calls: Calls;
  readonly functions: Functions;
  readonly dynamodb: DynamoDb;
  readonly principalOf: (roleArn: string) => Principal;
  /** Takes up what an earlier process left and starts schedules and stream readers. */
  readonly start: () => void;
  readonly close: () => Promise<void>;
};

/** Every service of the template, wired to one another through one door: fault hooks and IAM apply to each call. */
export async function createServices(ground: Ground): Promise<Services> {
  const { template, database, now, speed, faults, log } = ground;
  const { resources } = template;
  const iam = createIam(resources);
  const principalOf = (roleArn: string): Principal => {
    const found = iam.principalOf(iam.credentialsOf(roleArn).accessKeyId);
    if (found === undefined) throw new Error(`the template has no role ${roleArn}`);
    return found;
  };
  const services = new Map<string, AwsService>();
  const directory = { keyOf: partitionKeys(resources), machineOfToken: machineOfToken(database) };
  const calls = createCalls({ iam, directory, services, fault: faults.hook });
  const dynamodb = await createDynamoDb({
    resources,
    dataDir: ground.dataDir,
    ...(ground.dynamoDbEndpoint !== undefined && { endpoint: ground.dynamoDbEndpoint }),
  });
  const functions = functionsOver(ground, iam, calls, principalOf);
  const states = createStates({
    database,
    machines: machinesOf(resources, template.asset, principalOf),
    call: calls.call,
    now,
    speed,
    fault: faults.hook,
    log: (line, details) => log(details === undefined ? line : `${line} ${JSON.stringify(details)}`),
  });
  const deliver = deliverTo(calls, principalOf);
  const events = createEvents({ resources, database, deliver, now, speed, fault: faults.hook, log });
  const physicalName = (resource: Resource): string => lastPart(identify(resource).Ref ?? resource.logicalId);
  services.set('dynamodb', dynamodb.service);
  services.set('lambda', functions.service);
  services.set('states', states.service);
  services.set('events', events.service);
  services.set('sqs', createSqs({ resources, database, physicalName }));
  services.set('secretsmanager', createSecrets({ resources, database, arn: arnOf }));
  services.set('s3', createS3({ resources, database, folder: join(ground.dataDir, 's3'), physicalName }));
  const callerOf = (functionArn: string): Principal => principalOf(functions.roleOf(functionArn));
  const mappings = readableMappings(ground, iam, callerOf);
  const parts = { calls, dynamodb, functions, principalOf, states, events, mappings };
  return { iam, calls, functions, dynamodb, principalOf, ...running(ground, parts) };
}

/** A mapping reads its stream in the name of its function's role, which must be granted that. Throws where it is not. */
function readableMappings(
  ground: Ground,
  iam: Iam,
  callerOf: (functionArn: string) => Principal,
): readonly Mapping[] {
  const mappings = mappingsOf(ground.template.resources, ground.speed);
  for (const { functionArn, streamArn, id } of mappings) {
    for (const action of ['DescribeStream', 'GetShardIterator', 'GetRecords']) {
      const request = { action: `dynamodb:${action}`, resource: streamArn, context: {} };
      const { allowed, reason } = iam.authorize(callerOf(functionArn), request);
      if (!allowed) throw new Error(`the mapping ${id} cannot read its stream: ${reason}`);
    }
  }
  return mappings;
}

type Parts = Pick<Services, 'calls' | 'dynamodb' | 'functions' | 'principalOf'> & {
  readonly mappings: readonly Mapping[];
  readonly states: States;
  readonly events: Events;
};

function running(ground: Ground, parts: Parts): Pick<Services, 'start' | 'close'> {
  const { functions, states, events, dynamodb } = parts;
  let streams: ReturnType<typeof runStreams> | undefined;
  return {
    start: () => {
      functions.resume();
      states.resume();
      events.start();
      streams = runStreams({
        mappings: parts.mappings,
        dynamodb,
        database: ground.database,
        invoke: functions.invoke,
        call: parts.calls.call,
        callerOf: (functionArn) => parts.principalOf(functions.roleOf(functionArn)),
        fault: ground.faults.hook,
        spoil: ground.faults.delivery,
        log: ground.log,
      });
    },
    close: async () => {
      // Workers end together with their readers: a reader waits for its batch, which a dying worker ends at once.
      await Promise.all([streams?.close(), events.close(), states.close(), functions.close()]);
      await dynamodb.close();
    },
  };
}

function functionsOver(
  ground: Ground,
  iam: Iam,
  calls: Calls,
  principalOf: (roleArn: string) => Principal,
): Functions {
  const pool = new RegExp(`https://cognito-idp\\.${REGION}\\.amazonaws\\.com/[\\w-]+`, 'g');
  const functions = createFunctions({
    resources: ground.template.resources,
    asset: ground.template.asset,
    database: ground.database,
    dataDir: ground.dataDir,
    credentialsOf: iam.credentialsOf,
    endpoint: ground.aws,
    speed: ground.speed,
    localAddress: (value) => value.replaceAll(pool, ground.issuer),
    fault: ground.faults.hook,
    sendToDestination: async (functionArn, destination, record) => {
      const caller = principalOf(functions.roleOf(functionArn));
      const message = { QueueUrl: lastPart(destination), MessageBody: JSON.stringify(record) };
      await calls.call(caller, 'sqs', 'SendMessage', message);
    },
    log: ground.log,
  });
  return functions;
}

/** Task tokens belong to a machine; IAM asks which. The tables are those of the workflows. */
function machineOfToken(database: DatabaseSync): (token: string) => string | undefined {
  return (token) => {
    const found = database
      .prepare('SELECT machine FROM token JOIN execution ON arn = execution WHERE token = ?')
      .get(token);
    return typeof found?.machine === 'string' ? found.machine : undefined;
  };
}
