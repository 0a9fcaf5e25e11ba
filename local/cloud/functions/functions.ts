import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { numberAt, parseJson, textAt } from '../aws/shapes.ts';
import { AwsFailure, type AwsService, type FaultHook, type InvokeFunction, type Resource } from '../types.ts';
import { type Abandoned, createAsyncQueue } from './async-queue.ts';
import type { Outcome } from './messages.ts';
import { createMetrics, type MetricTotal } from './metrics.ts';
import { createOutput } from './output.ts';
import { createPool, type Pool } from './pool.ts';
import { type Known, knownFunctions, nameIn, type SpecOptions, specOf } from './spec.ts';

export type FunctionsOptions = SpecOptions & {
  readonly resources: readonly Resource[];
  readonly database: DatabaseSync;
  readonly fault: FaultHook;
  /** Takes an asynchronous event that failed for good to the function's own destination (an ARN). */
  readonly sendToDestination: (functionArn: string, destination: string, record: unknown) => Promise<void>;
  readonly log: (line: string) => void;
};

export type Functions = {
  /** Lambda's Invoke: `Payload` is the JSON value itself, `InvocationType: 'Event'` answers before the function runs. */
  readonly service: AwsService;
  readonly invoke: InvokeFunction;
  /** The same with JSON text in and out, for callers that must not reparse it. */
  readonly run: (name: string, payload: string) => Promise<Outcome>;
  readonly roleOf: (name: string) => string;
  readonly metrics: () => readonly MetricTotal[];
  readonly resume: () => void;
  readonly close: () => Promise<void>;
};

/** The functions of the template, in workers that start at the first invocation. */
export function createFunctions(options: FunctionsOptions): Functions {
  const known = knownFunctions(options.resources);
  const pools = new Map<string, Pool>();
  const metrics = createMetrics(options.database);
  const output = createOutput(join(options.dataDir, 'logs'), metrics);
  const find = (name: string): Known => {
    const found = known.get(nameIn(name));
    if (found === undefined) {
      throw new AwsFailure('ResourceNotFoundException', `Function not found: ${name}`, 404);
    }
    return found;
  };
  const poolOf = (found: Known): Pool => {
    const pool = pools.get(found.name) ?? createPool(specOf(options, found), output.sink(found.name));
    pools.set(found.name, pool);
    return pool;
  };
  const runAs = async (name: string, requestId: string, payload: string): Promise<Outcome> => {
    const found = find(name);
    const point = { kind: 'call', name: `invoke:${found.name}` } as const;
    await options.fault({ ...point, phase: 'before' });
    const outcome = await poolOf(found).run(requestId, payload);
    await options.fault({ ...point, phase: 'after' });
    return outcome;
  };
  const settings = asyncSettings(options.resources);
  const queue = createAsyncQueue({
    database: options.database,
    run: runAs,
    retries: (name) => settings.get(name)?.retries ?? 2,
    speed: options.speed,
    onAbandoned: async (event) => {
      const destination = settings.get(event.functionName)?.destination;
      const { arn } = find(event.functionName);
      if (destination !== undefined) await options.sendToDestination(arn, destination, abandoned(arn, event));
    },
    log: options.log,
  });
  const run = (name: string, payload: string): Promise<Outcome> => runAs(name, randomUUID(), payload);
  return {
    run,
    invoke: async (name, payload) => {
      const outcome = await run(name, JSON.stringify(payload));
      return 'error' in outcome ? outcome : { payload: parseJson(outcome.payload) };
    },
    service: (action, input) =>
      invokeAction(action, input, { find, run, accept: (name, payload) => queue.accept(name, payload) }),
    roleOf: (name) => find(name).role,
    metrics: metrics.totals,
    resume: queue.resume,
    close: async () => {
      queue.close();
      await Promise.all([...pools.values()].map((pool) => pool.close()));
      await output.close();
      metrics.close();
    },
  };
}

async function invokeAction(
  action: string,
  input: Record<string, unknown>,
  to: {
    readonly find: (name: string) => Known;
    readonly run: (name: string, payload: string) => Promise<Outcome>;
    readonly accept: (name: string, payload: string) => string;
  },
): Promise<unknown> {
  if (action !== 'Invoke') throw new AwsFailure('InvalidAction', `Lambda ${action} is not run here`);
  const { name } = to.find(textAt(input, 'FunctionName') ?? '');
  const payload = JSON.stringify(input.Payload ?? {});
  if (input.InvocationType === 'Event') {
    to.accept(name, payload);
    return { StatusCode: 202 };
  }
  const outcome = await to.run(name, payload);
  const answer = { StatusCode: 200, ExecutedVersion: '$LATEST' };
  if ('error' in outcome) return { ...answer, FunctionError: 'Unhandled', Payload: outcome.error };
  return { ...answer, Payload: parseJson(outcome.payload) };
}

function asyncSettings(resources: readonly Resource[]) {
  const configs = resources.filter(({ type }) => type === 'AWS::Lambda::EventInvokeConfig');
  return new Map(
    configs.map(({ properties }) => [
      nameIn(textAt(properties, 'FunctionName') ?? ''),
      {
        retries: numberAt(properties, 'MaximumRetryAttempts') ?? 2,
        destination: textAt(properties, 'DestinationConfig', 'OnFailure', 'Destination'),
      },
    ]),
  );
}

/** The record Lambda sends to an on-failure destination. */
function abandoned(functionArn: string, event: Abandoned): unknown {
  return {
    version: '1.0',
    timestamp: new Date().toISOString(),
    requestContext: {
      requestId: event.requestId,
      functionArn: `${functionArn}:$LATEST`,
      condition: 'RetriesExhausted',
      approximateInvokeCount: event.attempts,
    },
    requestPayload: parseJson(event.payload),
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload: event.error,
  };
}
