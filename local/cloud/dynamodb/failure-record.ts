import { randomUUID } from 'node:crypto';
import { lastPart } from '../aws/shapes.ts';
import { type StreamRecord, sequenceOf } from './deliver-batch.ts';
import type { Mapping } from './mapping.ts';

/** The object that Lambda puts into a mapping's failure bucket: what it gave up, with the whole invocation. */
export function failureObject(
  mapping: Mapping,
  shard: string,
  given: { readonly records: readonly StreamRecord[]; readonly attempts: number; readonly at: string },
) {
  const { records, attempts, at } = given;
  const day = at.slice(0, 10).replaceAll('-', '/');
  const moment = at.slice(0, 19).replaceAll(':', '.');
  const record = {
    requestContext: {
      requestId: randomUUID(),
      functionArn: mapping.functionArn,
      condition: 'RetryAttemptsExhausted',
      approximateInvokeCount: attempts,
    },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    version: '1.0',
    timestamp: at,
    DDBStreamBatchInfo: {
      shardId: shard,
      startSequenceNumber: sequenceOf(records[0]),
      endSequenceNumber: sequenceOf(records.at(-1)),
      batchSize: records.length,
      streamArn: mapping.streamArn,
    },
    payload: JSON.stringify({ Records: records }),
  };
  return {
    Bucket: lastPart(mapping.onFailure),
    Key: `aws/lambda/${mapping.id}/${shard}/${day}/${moment}-${randomUUID()}`,
    Body: JSON.stringify(record),
  };
}
