import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Faults } from '../aws/faults.ts';
import { listAt, textAt } from '../aws/shapes.ts';
import { REGION } from '../template/identities.ts';
import type { CallAws, InvokeFunction, Principal } from '../types.ts';
import { deliverBatch, type StreamRecord, sequenceOf } from './deliver-batch.ts';
import type { DynamoDb } from './dynamodb.ts';
import { failureObject } from './failure-record.ts';
import type { Mapping } from './mapping.ts';

const STREAMS = 'DynamoDBStreams_20120810.';
// A write wakes the reader at once; this is only the net under it.
const IDLE_POLL_MS = 200;
const WINDOW_POLL_MS = 25;
const AFTER_ERROR_MS = 500;
const READ_LIMIT = 1000;
const SCHEMA = `CREATE TABLE IF NOT EXISTS checkpoints (
  mapping TEXT PRIMARY KEY, sequence TEXT NOT NULL)`;

export type StreamsOptions = {
  readonly mappings: readonly Mapping[];
  readonly dynamodb: Pick<DynamoDb, 'client' | 'nextWrite'>;
  readonly database: DatabaseSync;
  readonly invoke: InvokeFunction;
  readonly call: CallAws;
  /** Who sends to the failure destination: the role of the mapping's function. */
  readonly callerOf: (functionArn: string) => Principal;
  readonly faults: Faults;
  readonly log: (line: string) => void;
};

/**
 * Runs the event source mappings: one reader each, in order, from the last checkpoint on. The checkpoint is stored after
 * a batch is taken, so after a kill a batch may come again and none is lost.
 */
export function runStreams(options: StreamsOptions): { readonly close: () => Promise<void> } {
  options.database.exec(SCHEMA);
  const closing = new AbortController();
  const readers = options.mappings.map((mapping) => read(options, mapping, closing.signal));
  return {
    close: async () => {
      closing.abort();
      await Promise.all(readers);
    },
  };
}

async function read(options: StreamsOptions, mapping: Mapping, closing: AbortSignal): Promise<void> {
  let iterator: { readonly text: string; readonly shard: string } | undefined;
  while (!closing.aborted) {
    try {
      iterator ??= await open(options, mapping);
      // Before the read: a write between an empty read and the wait must still wake.
      const woken = options.dynamodb.nextWrite(mapping.table, IDLE_POLL_MS);
      const { records, next } = await gather(options, mapping, iterator.text, closing);
      if (closing.aborted) return;
      await deliver(options, mapping, { records, shard: iterator.shard, closing });
      iterator = { ...iterator, text: next };
      if (records.length === 0) await woken;
    } catch (thrown) {
      if (closing.aborted) return;
      options.log(`${mapping.id}: ${String(thrown)}`);
      iterator = undefined;
      await sleep(AFTER_ERROR_MS, undefined, { signal: closing }).catch(() => undefined);
    }
  }
}

/** The engine keeps one shard a table, so order holds over the whole table. */
async function open({ dynamodb, database }: StreamsOptions, mapping: Mapping) {
  const { client } = dynamodb;
  const streams = await client.call(`${STREAMS}ListStreams`, { TableName: mapping.table });
  const arn = textAt(listAt(streams, 'Streams').at(-1), 'StreamArn');
  if (arn === undefined) throw new Error(`the table ${mapping.table} has no stream`);
  const described = await client.call(`${STREAMS}DescribeStream`, { StreamArn: arn });
  const shard = textAt(listAt(described, 'StreamDescription', 'Shards')[0], 'ShardId') ?? '';
  const done = database
    .prepare('SELECT sequence FROM checkpoints WHERE mapping = ?')
    .get(mapping.id)?.sequence;
  const from = {
    ShardIteratorType: done === undefined ? 'TRIM_HORIZON' : 'AFTER_SEQUENCE_NUMBER',
    ...(done !== undefined && { SequenceNumber: done }),
  };
  const got = await client.call(`${STREAMS}GetShardIterator`, { StreamArn: arn, ShardId: shard, ...from });
  return { text: textAt(got, 'ShardIterator') ?? '', shard };
}

/** Reads until the batch is full or its window, which opens with the first record, is over. */
async function gather(options: StreamsOptions, mapping: Mapping, from: string, closing: AbortSignal) {
  const records: StreamRecord[] = [];
  const origin = { awsRegion: REGION, eventSourceARN: mapping.streamArn };
  let next = from;
  let until: number | undefined;
  for (;;) {
    const Limit = Math.min(READ_LIMIT, mapping.batchSize - records.length);
    const got = await options.dynamodb.client.call(`${STREAMS}GetRecords`, { ShardIterator: next, Limit });
    records.push(...listAt(got, 'Records').map((record) => ({ ...Object(record), ...origin })));
    next = textAt(got, 'NextShardIterator') ?? next;
    until ??= Date.now() + mapping.window;
    const left = records.length === 0 || records.length >= mapping.batchSize ? 0 : until - Date.now();
    if (left <= 0 || closing.aborted) return { records, next };
    await sleep(Math.min(WINDOW_POLL_MS, left));
  }
}

async function deliver(
  options: StreamsOptions,
  mapping: Mapping,
  batch: { readonly records: readonly StreamRecord[]; readonly shard: string; readonly closing: AbortSignal },
): Promise<void> {
  if (batch.records.length === 0) return;
  const { faults, database, invoke, log } = options;
  const name = `stream:${mapping.id}`;
  const save = database.prepare('INSERT OR REPLACE INTO checkpoints VALUES (?, ?)');
  const checkpoint = (sequence: string): void => void save.run(mapping.id, sequence);
  const wanted = batch.records.filter(mapping.matches);
  const reorder = faults.spoils('reorder', name);
  const given = reorder ? wanted.toReversed() : wanted;
  const work = {
    ...{ mapping, invoke, log, closing: batch.closing },
    // Out of order, a checkpoint inside the batch would skip what comes behind it.
    checkpoint: reorder ? () => undefined : checkpoint,
    abandon: async (records: readonly StreamRecord[], attempts: number) => {
      const at = new Date().toISOString();
      const object = failureObject(mapping, batch.shard, { records, attempts, at });
      await options.call(options.callerOf(mapping.functionArn), 's3', 'PutObject', object);
    },
    fault: () => faults.hook({ kind: 'delivery', name, phase: 'before' }),
  };
  for (const records of faults.spoils('duplicate', name) ? [given, given] : [given]) {
    if (records.length > 0) await deliverBatch(work, records);
  }
  await faults.hook({ kind: 'delivery', name, phase: 'after' });
  if (!batch.closing.aborted) checkpoint(sequenceOf(batch.records.at(-1)));
}
