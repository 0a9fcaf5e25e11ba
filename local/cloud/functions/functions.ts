import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Faults } from '../aws/faults.ts';
import { lastPart, numberAt, parseJson, textAt } from '../aws/shapes.ts';
import { identify } from '../template/identities.ts';
import type { FunctionError } from '../types.ts';
import { AwsFailure, type CallAws, type InvokeFunction, type Principal, type Resource } from '../types.ts';
import { createAsyncQueue, type Invocation } from './async-queue.ts';
import type { FunctionSpec } from './environment.ts';
import type { Outcome } from './messages.ts';
import { createMetrics } from './metrics.ts';
import { createOutput } from './output.ts';
import { createPool, type Pool } from './pool.ts';
import { type SpecOptions, specOf } from './spec.ts';

export type FunctionsOptions = SpecOptions & {
  readonly resources: readonly Resource[];
  readonly database: DatabaseSync;
  readonly faults: Faults;
  readonly principalOf: (roleArn: string) => Principal;
  /** Sends what a function never took to its destination, in the name of its role. */
  readonly call: CallAws;
  readonly log: (line: string) => void;
};

/** The functions of the template, in workers that start at the first invocation. */
export function createFunctions(options: FunctionsOptions) {
  const { resources, database, faults, log } = options;
  const known = knownFunctions(resources, options);
  const settings = asyncSettings(resources);
  const pools = new Map<string, Pool>();
  const metrics = createMetrics();
  const output = createOutput(join(options.dataDir, 'logs'), metrics.record);
  const find = (name: string): FunctionSpec => {
    const found = known.get(nameIn(name));
    if (found !== undefined) return found;
    throw new AwsFailure('ResourceNotFoundException', `Function not found: ${name}`, 404);
  };
  const callerOf = (name: string): Principal => options.principalOf(find(name).role);
  const runAs = async (name: string, requestId: string, payload: string): Promise<Outcome> => {
    const spec = find(name);
    const { functionName } = spec.setup;
    const point = { kind: 'call', name: `invoke:${functionName}` } as const;
    await faults.hook({ ...point, phase: 'before' });
    const pool = pools.get(functionName) ?? createPool(spec, output.sink(functionName));
    pools.set(functionName, pool);
    const outcome = await pool.run(requestId, payload);
    await faults.hook({ ...point, phase: 'after' });
    return outcome;
  };
  const invoke: InvokeFunction = async (name, payload) => {
    const outcome = await runAs(name, randomUUID(), JSON.stringify(payload));
    return 'error' in outcome ? outcome : { payload: parseJson(outcome.payload) };
  };
  const queue = createAsyncQueue({
    database,
    log,
    run: runAs,
    retries: (name) => settings.get(name)?.retries ?? 2,
    speed: options.speed,
    abandon: async (event, error) => {
      const destination = settings.get(event.functionName)?.destination;
      if (destination === undefined) return;
      const record = abandoned(find(event.functionName).setup.functionArn, event, error);
      const message = { QueueUrl: lastPart(destination), MessageBody: JSON.stringify(record) };
      await options.call(callerOf(event.functionName), 'sqs', 'SendMessage', message);
    },
  });
  return {
    /** In whose name a function calls. */
    callerOf,
    timeoutMs: (name: string) => find(name).timeout,
    invoke,
    /** Lambda's Invoke: `Payload` is the JSON value itself, `InvocationType: 'Event'` answers before the function runs. */
    service: async (action: string, input: Record<string, unknown>): Promise<unknown> => {
      if (action !== 'Invoke') throw new AwsFailure('InvalidAction', `Lambda ${action} is not run here`);
      const { functionName } = find(textAt(input, 'FunctionName') ?? '').setup;
      if (input.InvocationType === 'Event') {
        queue.accept(functionName, JSON.stringify(input.Payload ?? {}));
        return { StatusCode: 202 };
      }
      const outcome = await invoke(functionName, input.Payload ?? {});
      if ('error' in outcome) return { StatusCode: 200, FunctionError: 'Unhandled', Payload: outcome.error };
      return { StatusCode: 200, Payload: outcome.payload };
    },
    metrics: metrics.totals,
    resume: queue.resume,
    close: async (): Promise<void> => {
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

function knownFunctions(
  resources: readonly Resource[],
  options: SpecOptions,
): ReadonlyMap<string, FunctionSpec> {
  const functions = resources.filter(({ type }) => type === 'AWS::Lambda::Function');
  return new Map(functions.map((resource) => [identify(resource).Ref, specOf(options, resource)]));
}

/** How often an event is tried again, and the queue for what is never taken. Throws for another destination. */
function asyncSettings(resources: readonly Resource[]) {
  const configs = resources.filter(({ type }) => type === 'AWS::Lambda::EventInvokeConfig');
  return new Map(
    configs.map(({ logicalId, properties }) => {
      const destination = textAt(properties, 'DestinationConfig', 'OnFailure', 'Destination');
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
