import { setTimeout as sleep } from 'node:timers/promises';
import { type Json, listAt, textAt } from '../aws/shapes.ts';
import type { InvokeFunction } from '../types.ts';
import type { Mapping } from './mapping.ts';

/** A record of a stream as Lambda hands it over. */
export type StreamRecord = Json;

export type BatchWork = {
  readonly mapping: Mapping;
  readonly invoke: InvokeFunction;
  /** Keeps how far the stream is done: the sequence number of a record. */
  readonly checkpoint: (sequence: string) => void;
  /** Takes what is given up after `attempts` invocations to the mapping's destination. */
  readonly abandon: (records: readonly StreamRecord[], attempts: number) => Promise<void>;
  readonly fault: () => Promise<void>;
  readonly closing: AbortSignal;
  readonly log: (line: string) => void;
};

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;

/**
 * Delivers a batch in order until every record is taken or given up: halves it after an error (that uses up no
 * attempt), goes on behind what a partial answer took, tries a single record again up to the mapping's limit.
 */
export async function deliverBatch(work: BatchWork, records: readonly StreamRecord[]): Promise<void> {
  let parts: readonly Part[] = [{ records, attempts: 0 }];
  while (parts[0] !== undefined && !work.closing.aborted) {
    const [part, ...rest] = parts;
    parts = [...(await deliverPart(work, part)), ...rest];
  }
}

type Part = { readonly records: readonly StreamRecord[]; readonly attempts: number };

/** Invokes once; gives what is to be delivered next in place of the part. */
async function deliverPart(work: BatchWork, part: Part): Promise<readonly Part[]> {
  const taken = await invokeOnce(work, part.records);
  // A worker that ends because the cloud stops has failed nothing.
  if (work.closing.aborted) return [];
  if (taken > 0) work.checkpoint(sequenceOf(part.records[taken - 1]));
  const left = part.records.slice(taken);
  if (left.length === 0) return [];
  const before = taken > 0 ? 0 : part.attempts;
  if (left.length > 1) {
    const half = Math.ceil(left.length / 2);
    return [left.slice(0, half), left.slice(half)].map((records) => ({ records, attempts: before }));
  }
  if (before >= work.mapping.retries) {
    await work.abandon(left, before + 1);
    work.checkpoint(sequenceOf(left.at(-1)));
    return [];
  }
  const pause = Math.min(FIRST_PAUSE_MS * 2 ** before, LONGEST_PAUSE_MS);
  await sleep(pause, undefined, { signal: work.closing }).catch(() => undefined);
  return [{ records: left, attempts: before + 1 }];
}

/** How many records, from the first on, the function took. */
async function invokeOnce(work: BatchWork, records: readonly StreamRecord[]): Promise<number> {
  const { mapping, log } = work;
  try {
    await work.fault();
    const outcome = await work.invoke(mapping.functionArn, { Records: records });
    if ('error' in outcome) {
      if (!work.closing.aborted)
        log(`${mapping.id}: ${outcome.error.errorType}: ${outcome.error.errorMessage}`);
      return 0;
    }
    return takenOf(outcome.payload, records);
  } catch (thrown) {
    log(`${mapping.id}: ${String(thrown)}`);
    return 0;
  }
}

/** Records before the first failed one. An item that names no record of the batch fails the whole batch. */
function takenOf(answer: unknown, records: readonly StreamRecord[]): number {
  const failed = listAt(answer, 'batchItemFailures').map((item) => textAt(item, 'itemIdentifier'));
  const places = failed.map((sequence) => records.findIndex((record) => sequenceOf(record) === sequence));
  return Math.max(0, Math.min(records.length, ...places));
}

export function sequenceOf(record: StreamRecord | undefined): string {
  return textAt(record, 'dynamodb', 'SequenceNumber') ?? '';
}
