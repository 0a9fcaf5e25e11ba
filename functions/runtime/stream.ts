import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import * as z from 'zod';
import { parse } from '../../shared/kernel/parse.ts';
import { Image, plain } from './attribute-values.ts';
import { logger } from './observe.ts';

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

/** Hands records over one at a time, in order, and stops at the first that throws: it and all after it come again. */
export function streamRecords(useCase: (record: StreamRecord) => Promise<unknown>): StreamHandler {
  return streamBatchOf(() => useCase);
}

/** As `streamRecords`; `begin` is called once a batch, for what its records share. */
export function streamBatchOf(begin: () => (record: StreamRecord) => Promise<unknown>): StreamHandler {
  return streamBatch(async (records) => {
    const useCase = begin();
    for (const record of records) {
      try {
        await useCase(record);
      } catch (error) {
        logger.error('a record of a stream failed', { error, id: record.id, keys: record.keys });
        return record;
      }
    }
    return undefined;
  });
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
