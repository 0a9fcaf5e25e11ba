import type { DatabaseSync } from 'node:sqlite';
import { createCalls } from './aws/calls.ts';
import { deliverTo } from './aws/deliver.ts';
import type { Faults } from './aws/faults.ts';
import { createKms } from './aws/kms.ts';
import { createS3 } from './aws/s3.ts';
import { createSecrets } from './aws/secrets.ts';
import { textAt } from './aws/shapes.ts';
import { createSqs } from './aws/sqs.ts';
import { createDynamoDb } from './dynamodb/dynamodb.ts';
import { mappingsOf } from './dynamodb/mapping.ts';
import { runStreams } from './dynamodb/streams.ts';
import { createEvents } from './events/events.ts';
import { createFunctions } from './functions/functions.ts';
import { queueMappingsOf, runQueues } from './functions/queue-reader.ts';
import { partitionKeys } from './iam/dynamo-requests.ts';
import { createIam, type Iam } from './iam/iam.ts';
import { SECURE } from './iam/requests.ts';
import { machinesOf } from './machines.ts';
import { createStates } from './states/index.ts';
import type { Template } from './template/template.ts';
import type { AwsService, Principal } from './types.ts';

/** What all services are made from. */
export type Ground = {
  readonly template: Template;
  readonly database: DatabaseSync;
  readonly dataDir: string;
  readonly dynamoDbEndpoint: string | undefined;
  /** Address of the front door. */
  readonly aws: string;
  readonly speed: number;
  readonly faults: Faults;
  readonly log: (line: string) => void;
};

/** Every service of the template, wired to one another through one door: fault hooks and IAM apply to each call. */
export async function createServices(ground: Ground) {
  const { template, database, dataDir, dynamoDbEndpoint: endpoint, aws, speed, faults, log } = ground;
  const { resources, asset } = template;
  const iam = createIam(resources);
  const { credentialsOf } = iam;
  const principalOf = (roleArn: string): Principal => {
    const found = iam.principalOf(credentialsOf(roleArn).accessKeyId);
    if (found === undefined) throw new Error(`the template has no role ${roleArn}`);
    return found;
  };
  const services = new Map<string, AwsService>();
  const kms = createKms(resources, database);
  const directory = {
    keyOf: partitionKeys(resources),
    machineOfToken: machineOfToken(database),
    signingKey: kms.arnOf,
  };
  const calls = createCalls({ iam, directory, services, fault: faults.hook });
  const { call } = calls;
  const now = Date.now;
  const own = { asset, credentialsOf, principalOf, dataDir, aws, speed };
  const functions = createFunctions({ ...own, resources, database, faults, call, log });
  const { callerOf, invoke } = functions;
  const mappings = mappingsOf(resources, speed);
  const sqs = createSqs(resources, database, speed);
  const queueMappings = queueMappingsOf(resources, sqs, functions.timeoutMs);
  for (const mapping of mappings) refuseUnreadable(iam, callerOf, mapping, mapping.streamArn);
  for (const mapping of queueMappings) refuseUnreadable(iam, callerOf, mapping, mapping.queueArn);
  const states = createStates({
    ...{ database, call, now, speed, fault: faults.hook },
    machines: machinesOf(resources, principalOf),
    log: (line, details) => log(details === undefined ? line : `${line} ${JSON.stringify(details)}`),
  });
  const deliver = deliverTo(calls);
  const events = createEvents({ resources, database, deliver, now, speed, fault: faults.hook, log });
  services.set('lambda', functions.service);
  services.set('states', states.service);
  services.set('events', events.service);
  services.set('kms', kms.service);
  services.set('sqs', sqs.service);
  services.set('secretsmanager', createSecrets(resources, database));
  services.set('s3', createS3(resources, database, mayList(iam)));
  // Last, so that no engine is left behind by a template that is refused.
  const dynamodb = await createDynamoDb({ resources, dataDir, ...(endpoint !== undefined && { endpoint }) });
  services.set('dynamodb', dynamodb.service);
  let readers: readonly { readonly close: () => Promise<void> }[] = [];
  return {
    ...{ iam, calls, functions, dynamodb },
    /** Takes up what an earlier process left and starts schedules and stream readers. */
    start: (): void => {
      functions.resume();
      states.resume();
      events.start();
      readers = [
        runStreams({ mappings, dynamodb, database, invoke, call, callerOf, faults, log }),
        runQueues({ mappings: queueMappings, sqs, invoke, faults, log }),
      ];
    },
    close: async (): Promise<void> => {
      // Workers end together with their readers: a reader waits for its batch, which a dying worker ends at once.
      const reading = readers.map((reader) => reader.close());
      await Promise.all([...reading, events.close(), states.close(), functions.close()]);
      await dynamodb.close();
    },
  };
}

const RIGHTS: Readonly<Record<string, readonly string[]>> = {
  dynamodb: ['DescribeStream', 'GetShardIterator', 'GetRecords'],
  sqs: ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'],
};

/** A mapping reads its source in the name of its function's role. Throws where that is not granted. */
function refuseUnreadable(
  iam: Iam,
  callerOf: (functionArn: string) => Principal,
  { functionArn, id }: { readonly functionArn: string; readonly id: string },
  source: string,
): void {
  const [, , service = ''] = source.split(':');
  for (const right of RIGHTS[service] ?? []) {
    const request = { action: `${service}:${right}`, resource: source, context: SECURE };
    const { allowed, reason } = iam.authorize(callerOf(functionArn), request);
    if (!allowed) throw new Error(`the mapping ${id} cannot read its source: ${reason}`);
  }
}

/** Whether S3 tells a caller what is missing: it must be allowed to list the bucket. */
function mayList(iam: Iam): (caller: Principal, bucket: string) => boolean {
  return (caller, bucket) => {
    const request = { action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}`, context: SECURE };
    return iam.authorize(caller, request).allowed;
  };
}

/** Task tokens belong to a machine; IAM asks which. The tables are those of the workflows. */
function machineOfToken(database: DatabaseSync): (token: string) => string | undefined {
  return (token) => {
    const query = 'SELECT machine FROM token JOIN execution ON arn = execution WHERE token = ?';
    return textAt(database.prepare(query).get(token), 'machine');
  };
}
