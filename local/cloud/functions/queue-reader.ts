import { setTimeout as sleep } from 'node:timers/promises';
import type { Faults } from '../aws/faults.ts';
import { type Json, lastPart, listAt, numberAt, textAt } from '../aws/shapes.ts';
import { type Message, md5, type Sqs } from '../aws/sqs.ts';
import { identify, REGION } from '../template/identities.ts';
import type { InvokeFunction, Resource } from '../types.ts';

/** An event source mapping of a queue, read from the template. */
export type QueueMapping = {
  readonly id: string;
  readonly functionArn: string;
  readonly queue: string;
  readonly queueArn: string;
  readonly batchSize: number;
  /** Batches that are delivered at the same time. */
  readonly concurrency: number;
};

export type QueuesOptions = {
  readonly mappings: readonly QueueMapping[];
  readonly sqs: Sqs;
  readonly invoke: InvokeFunction;
  readonly faults: Faults;
  readonly log: (line: string) => void;
};

const RUN =
  /^(EventSourceArn|FunctionName|BatchSize|FunctionResponseTypes|ScalingConfig|MetricsConfig|Enabled)$/;
const POLL_MS = 50;
// Lambda begins with five readers of a queue.
const CONCURRENCY = 5;

/** The queue mappings of the template. Throws for one that is not run so, or that AWS would refuse. */
export function queueMappingsOf(
  resources: readonly Resource[],
  sqs: Sqs,
  timeoutMs: (functionArn: string) => number,
): readonly QueueMapping[] {
  const mappings = resources.filter(
    ({ type, properties }) =>
      type === 'AWS::Lambda::EventSourceMapping' &&
      textAt(properties, 'EventSourceArn')?.startsWith('arn:aws:sqs:'),
  );
  return mappings.map((resource) => {
    const { properties, logicalId } = resource;
    const queueArn = textAt(properties, 'EventSourceArn') ?? '';
    const functionArn = textAt(properties, 'FunctionName') ?? '';
    const batchSize = numberAt(properties, 'BatchSize') ?? 10;
    const runs =
      Object.keys(properties).every((name) => RUN.test(name)) &&
      listAt(properties, 'FunctionResponseTypes').includes('ReportBatchItemFailures') &&
      properties.Enabled !== false &&
      batchSize <= 10;
    if (!runs) {
      throw new Error(
        `${logicalId}: only mappings over a queue of up to 10 messages, unfiltered and at once, that answer in parts are run`,
      );
    }
    const queue = lastPart(queueArn);
    if (sqs.find(queue).hiddenSeconds * 1000 < timeoutMs(functionArn))
      throw new Error(`${logicalId}: the queue's VisibilityTimeout is less than the Timeout of the function`);
    const concurrency = numberAt(properties, 'ScalingConfig', 'MaximumConcurrency') ?? CONCURRENCY;
    return { id: identify(resource).Ref, functionArn, queue, queueArn, batchSize, concurrency };
  });
}

/** Runs the mappings of queues: a message is forgotten only after the function took it. */
export function runQueues(options: QueuesOptions): { readonly close: () => Promise<void> } {
  const closing = new AbortController();
  const readers = options.mappings.map((mapping) => read(options, mapping, closing.signal));
  return {
    close: async () => {
      closing.abort();
      await Promise.all(readers);
    },
  };
}

async function read(options: QueuesOptions, mapping: QueueMapping, closing: AbortSignal): Promise<void> {
  const running = new Set<Promise<void>>();
  // A reader that ended over one failure would leave its queue to nobody.
  const failed = (thrown: unknown): void => options.log(`queue:${mapping.id}: ${String(thrown)}`);
  const take = async () => options.sqs.receive(mapping.queue, mapping.batchSize);
  while (!closing.aborted) {
    const free = running.size < mapping.concurrency;
    const messages = free ? await take().catch(failed) : undefined;
    if (messages === undefined || messages.length === 0) {
      await sleep(POLL_MS, undefined, { signal: closing }).catch(() => undefined);
      continue;
    }
    const task = deliver(options, mapping, messages, closing)
      .catch(failed)
      .finally(() => running.delete(task));
    running.add(task);
  }
  await Promise.all(running);
}

async function deliver(
  options: QueuesOptions,
  mapping: QueueMapping,
  messages: readonly Message[],
  closing: AbortSignal,
): Promise<void> {
  const { sqs, faults, log } = options;
  const name = `queue:${mapping.id}`;
  let failed: ReadonlySet<string> = new Set(messages.map(({ id }) => id));
  try {
    await faults.hook({ kind: 'delivery', name, phase: 'before' });
    const Records = messages.map((message) => recordOf(message, mapping));
    const outcome = await options.invoke(mapping.functionArn, { Records });
    if (!('error' in outcome)) failed = failedOf(outcome.payload, failed);
    // A worker that ends because the cloud stops has failed nothing.
    else if (!closing.aborted) log(`${name}: ${outcome.error.errorType}: ${outcome.error.errorMessage}`);
    await faults.hook({ kind: 'delivery', name, phase: 'after' });
  } catch (thrown) {
    log(`${name}: ${String(thrown)}`);
  }
  const again = faults.spoils('duplicate', name);
  for (const message of messages) {
    if (again || failed.has(message.id)) sqs.giveBack(mapping.queue, message);
    else sqs.remove(mapping.queue, message);
  }
}

/** The ids that were not taken. An item that names no message of the batch fails the whole batch. */
function failedOf(answer: unknown, all: ReadonlySet<string>): ReadonlySet<string> {
  const failed = listAt(answer, 'batchItemFailures').map((item) => textAt(item, 'itemIdentifier') ?? '');
  return failed.every((id) => all.has(id)) ? new Set(failed) : all;
}

/** A message as Lambda hands it over. */
function recordOf({ id, receipt, body, attributes, sent }: Message, { queueArn }: QueueMapping): Json {
  const named = Object.entries(sent).map(([name, value]) => {
    const [dataType, stringValue] = [textAt(value, 'DataType'), textAt(value, 'StringValue')];
    return [name, { stringValue, dataType, stringListValues: [], binaryListValues: [] }];
  });
  return {
    ...{ messageId: id, receiptHandle: receipt, body, attributes, md5OfBody: md5(body) },
    ...{ messageAttributes: Object.fromEntries(named), eventSource: 'aws:sqs', eventSourceARN: queueArn },
    awsRegion: REGION,
  };
}
