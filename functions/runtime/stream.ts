import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import * as z from 'zod';
import { parse } from '../../shared/kernel/parse.ts';
import { Image, plain } from './attribute-values.ts';
import { logger } from './observe.ts';

const LANES_AT_ONCE = 4;

const StreamEvent = z.object({
  Records: z.array(
    z.object({
      eventID: z.string(),
      eventName: z.enum(['INSERT', 'MODIFY', 'REMOVE']),
      dynamodb: z.object({
        SequenceNumber: z.string(),
        Keys: Image,
        NewImage: Image.optional(),
        OldImage: Image.optional(),
        ApproximateCreationDateTime: z.number().optional(),
      }),
    }),
  ),
});

/** One change of an item, in plain JSON. `sequence` names it in the answer to the stream. */
export type StreamRecord = {
  readonly id: string;
  readonly change: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly sequence: string;
  readonly keys: Readonly<Record<string, unknown>>;
  readonly newImage?: Readonly<Record<string, unknown>>;
  readonly oldImage?: Readonly<Record<string, unknown>>;
  /** Milliseconds since 1970. */
  readonly changedAt?: number;
};
type BatchAnswer = { readonly batchItemFailures: readonly { readonly itemIdentifier: string }[] };
export type StreamHandler = (event: unknown, context: unknown) => Promise<BatchAnswer>;

/**
 * Hands a batch of a DynamoDB stream over whole. The use case answers the first record it could not do, if any:
 * Lambda delivers that one and all after it again. Throwing delivers the whole batch again.
 */
export function streamBatch(
  useCase: (records: readonly StreamRecord[]) => Promise<StreamRecord | undefined>,
): StreamHandler {
  return middy<unknown, BatchAnswer>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use({ onError: (request) => logger.error('a batch failed whole', { error: request.error }) })
    .handler(async (event: unknown) => {
      const failed = await useCase(recordsOf(event));
      return { batchItemFailures: failed === undefined ? [] : [{ itemIdentifier: failed.sequence }] };
    }) as unknown as StreamHandler;
}

/**
 * Hands the records of a batch over one at a time, in order within a lane; `begin` is called once a batch, and lanes run
 * side by side, at most four. The first record that failed is answered: it and all after it come again, so the use case
 * must be safe to repeat.
 */
export function streamBatchOf(
  begin: () => (record: StreamRecord) => Promise<unknown>,
  laneOf: (record: StreamRecord) => string = () => '',
): StreamHandler {
  return streamBatch(async (records) => {
    const useCase = begin();
    const lanes = [...Map.groupBy(records, laneOf).values()];
    const failed = new Set<StreamRecord>();
    const workers = Array.from({ length: Math.min(LANES_AT_ONCE, lanes.length) }, async () => {
      for (let lane = lanes.shift(); lane !== undefined; lane = lanes.shift()) {
        const first = await runLane(lane, useCase);
        if (first !== undefined) failed.add(first);
      }
    });
    await Promise.all(workers);
    return records.find((record) => failed.has(record));
  });
}

/** In order, up to the first that fails. */
async function runLane(
  records: readonly StreamRecord[],
  useCase: (record: StreamRecord) => Promise<unknown>,
): Promise<StreamRecord | undefined> {
  for (const record of records) {
    try {
      await useCase(record);
    } catch (error) {
      logger.error('a record of a stream failed', { error, id: record.id, keys: record.keys });
      return record;
    }
  }
  return undefined;
}

function recordsOf(event: unknown): readonly StreamRecord[] {
  return parse(StreamEvent, event, 'the batch').Records.map(({ eventID, eventName, dynamodb }) => ({
    id: eventID,
    change: eventName,
    sequence: dynamodb.SequenceNumber,
    keys: plain(dynamodb.Keys),
    ...(dynamodb.NewImage !== undefined && { newImage: plain(dynamodb.NewImage) }),
    ...(dynamodb.OldImage !== undefined && { oldImage: plain(dynamodb.OldImage) }),
    ...(dynamodb.ApproximateCreationDateTime !== undefined && {
      changedAt: dynamodb.ApproximateCreationDateTime * 1000,
    }),
  }));
}
