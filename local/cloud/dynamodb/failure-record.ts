import { randomUUID } from 'node:crypto';
import { lastPart } from '../aws/shapes.ts';
import type { CallAws, Principal } from '../types.ts';
import { type StreamRecord, sequenceOf } from './deliver-batch.ts';
import type { Mapping } from './mapping.ts';

/** Sends what a mapping gave up to its destination: the whole invocation to a bucket, only its place to a queue. */
export async function sendFailure(
  options: {
    readonly mapping: Mapping;
    readonly shard: string;
    readonly caller: Principal;
    readonly call: CallAws;
  },
  records: readonly StreamRecord[],
  attempts: number,
): Promise<void> {
  const { mapping, shard, caller, call } = options;
  if (mapping.onFailure === undefined) return;
  const at = new Date().toISOString();
  const record = failureRecord(mapping, shard, { records, attempts, at });
  if (!mapping.onFailure.startsWith('arn:aws:s3:')) {
    const message = { QueueUrl: lastPart(mapping.onFailure), MessageBody: JSON.stringify(record) };
    await call(caller, 'sqs', 'SendMessage', message);
    return;
  }
  const day = at.slice(0, 10).replaceAll('-', '/');
  const moment = at.slice(0, 19).replaceAll(':', '.');
  await call(caller, 's3', 'PutObject', {
    Bucket: lastPart(mapping.onFailure),
    Key: `aws/lambda/${mapping.id}/${shard}/${day}/${moment}-${randomUUID()}`,
    Body: JSON.stringify({ ...record, payload: JSON.stringify({ Records: records }) }),
    ContentType: 'application/json',
  });
}

function failureRecord(
  mapping: Mapping,
  shard: string,
  given: { readonly records: readonly StreamRecord[]; readonly attempts: number; readonly at: string },
) {
  return {
    requestContext: {
      requestId: randomUUID(),
      functionArn: mapping.functionArn,
      condition: 'RetryAttemptsExhausted',
      approximateInvokeCount: given.attempts,
    },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    version: '1.0',
    timestamp: given.at,
    DDBStreamBatchInfo: {
      shardId: shard,
      startSequenceNumber: sequenceOf(given.records[0]),
      endSequenceNumber: sequenceOf(given.records.at(-1)),
      batchSize: given.records.length,
      streamArn: mapping.streamArn,
    },
  };
}
