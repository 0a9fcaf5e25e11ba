import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Faults } from '../aws/faults.ts';
import { jsonAt, lastPart, numberAt, parseJson, textAt } from '../aws/shapes.ts';
import { arnOf, identify } from '../template/identities.ts';
import {
  AwsFailure,
  type AwsService,
  type CallAws,
  type InvokeFunction,
  type Principal,
  type Resource,
} from '../types.ts';
import { createAsyncQueue, type Invocation } from './async-queue.ts';
import type { FunctionError, Outcome } from './messages.ts';
import { createMetrics, type MetricTotal } from './metrics.ts';
import { createOutput } from './output.ts';
import { createPool, type Pool } from './pool.ts';
import { type Known, type SpecOptions, specOf } from './spec.ts';

export type FunctionsOptions = SpecOptions & {
  readonly resources: readonly Resource[];
  readonly database: DatabaseSync;
  readonly faults: Faults;
  readonly principalOf: (roleArn: string) => Principal;
  /** Sends what a function never took to its destination, in the name of its role. */
  readonly call: CallAws;
  readonly log: (line: string) => void;
};

export type Functions = {
  /** Lambda's Invoke: `Payload` is the JSON value itself, `InvocationType: 'Event'` answers before the function runs. */
  readonly service: AwsService;
  readonly invoke: InvokeFunction;
  /** The same with JSON text in and out, for callers that must not reparse it. */
  readonly run: (name: string, payload: string) => Promise<Outcome>;
  /** In whose name a function calls. */
  readonly callerOf: (name: string) => Principal;
  readonly metrics: () => readonly MetricTotal[];
  readonly resume: () => void;
  readonly close: () => Promise<void>;
};

/** The functions of the template, in workers that start at the first invocation. */
export function createFunctions(options: FunctionsOptions): Functions {
  const { resources, database, faults, log } = options;
  const known = knownFunctions(resources);
  const settings = asyncSettings(resources);
  const pools = new Map<string, Pool>();
  const metrics = createMetrics();
  const output = createOutput(join(options.dataDir, 'logs'), metrics.record);
  const find = (name: string): Known => {
    const found = known.get(nameIn(name));
    if (found !== undefined) return found;
    throw new AwsFailure('ResourceNotFoundException', `Function not found: ${name}`, 404);
  };
  const callerOf = (name: string): Principal => options.principalOf(find(name).role);
  const runAs = async (name: string, requestId: string, payload: string): Promise<Outcome> => {
    const found = find(name);
    const point = { kind: 'call', name: `invoke:${found.name}` } as const;
    await faults.hook({ ...point, phase: 'before' });
    const pool = pools.get(found.name) ?? createPool(specOf(options, found), output.sink(found.name));
    pools.set(found.name, pool);
    const outcome = await pool.run(requestId, payload);
    await faults.hook({ ...point, phase: 'after' });
    return outcome;
  };
  const run = (name: string, payload: string): Promise<Outcome> => runAs(name, randomUUID(), payload);
  const queue = createAsyncQueue({
    database,
    log,
    run: runAs,
    retries: (name) => settings.get(name)?.retries ?? 2,
    speed: options.speed,
    abandon: async (event, error) => {
      const destination = settings.get(event.functionName)?.destination;
      if (destination === undefined) return;
      const record = abandoned(find(event.functionName).arn, event, error);
      const message = { QueueUrl: lastPart(destination), MessageBody: JSON.stringify(record) };
      await options.call(callerOf(event.functionName), 'sqs', 'SendMessage', message);
    },
  });
  return {
    run,
    callerOf,
    invoke: async (name, payload) => {
      const outcome = await run(name, JSON.stringify(payload));
      return 'error' in outcome ? outcome : { payload: parseJson(outcome.payload) };
    },
    service: async (action, input) => {
      if (action !== 'Invoke') throw new AwsFailure('InvalidAction', `Lambda ${action} is not run here`);
      const { name } = find(textAt(input, 'FunctionName') ?? '');
      const payload = JSON.stringify(input.Payload ?? {});
      if (input.InvocationType === 'Event') {
        queue.accept(name, payload);
        return { StatusCode: 202 };
      }
      const outcome = await run(name, payload);
      const answer = { StatusCode: 200, ExecutedVersion: '$LATEST' };
      if ('error' in outcome) return { ...answer, FunctionError: 'Unhandled', Payload: outcome.error };
      return { ...answer, Payload: parseJson(outcome.payload) };
    },
    metrics: metrics.totals,
    resume: queue.resume,
    close: async () => {
      queue.close();
      await Promise.all([...pools.values()].map((pool) => pool.close()));
      await output.close();
    },
  };
}

/** The name in an ARN, or the name itself. */
function nameIn(name: string): string {
  return name.startsWith('arn:') ? (name.split(':')[6] ?? name) : name;
}

function knownFunctions(resources: readonly Resource[]): ReadonlyMap<string, Known> {
  const functions = resources.filter(({ type }) => type === 'AWS::Lambda::Function');
  return new Map(
    functions.map((resource) => {
      const name = identify(resource).Ref;
      const role = textAt(resource.properties, 'Role') ?? '';
      return [name, { resource, name, arn: arnOf(resource), role }];
    }),
  );
}

/** How often an event is tried again, and the queue for what is never taken. Throws for another destination. */
function asyncSettings(resources: readonly Resource[]) {
  const configs = resources.filter(({ type }) => type === 'AWS::Lambda::EventInvokeConfig');
  return new Map(
    configs.map(({ logicalId, properties }) => {
      const destination = textAt(jsonAt(properties, 'DestinationConfig', 'OnFailure'), 'Destination');
      if (destination !== undefined && !destination.startsWith('arn:aws:sqs:')) {
        throw new Error(
          `${logicalId}: only a queue is run as the destination of what a function never takes`,
        );
      }
      const retries = numberAt(properties, 'MaximumRetryAttempts') ?? 2;
      return [nameIn(textAt(properties, 'FunctionName') ?? ''), { retries, destination }];
    }),
  );
}

/** The record Lambda sends to an on-failure destination. */
function abandoned(functionArn: string, event: Invocation, error: FunctionError): unknown {
  return {
    version: '1.0',
    timestamp: new Date().toISOString(),
    requestContext: {
      requestId: event.id,
      functionArn: `${functionArn}:$LATEST`,
      condition: 'RetriesExhausted',
      approximateInvokeCount: event.attempts,
    },
    requestPayload: parseJson(event.payload),
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload: error,
  };
}
