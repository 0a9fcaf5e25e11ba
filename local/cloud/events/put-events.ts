import { ACCOUNT, REGION } from '../template/identities.ts';
import { isRecord, listOf } from '../template/values.ts';
import { AwsFailure } from '../types.ts';
import type { BusEvent } from './input.ts';
import { busName } from './rules.ts';

/** One entry of PutEvents, read: an event for a bus, or the error that AWS gives for it. */
export type ReadEntry =
  | { readonly bus: string; readonly event: BusEvent }
  | { readonly ErrorCode: string; readonly ErrorMessage: string };

const MOST_ENTRIES = 10;
const MOST_BYTES = 256 * 1024;

/**
 * Reads PutEvents' entries as AWS does. Throws AwsFailure for a call that AWS refuses whole; an entry's own fault
 * becomes its error. The one difference, by design: the local default bus takes sources `aws.*`, so that what AWS's
 * services would send can be put by hand.
 */
export function readEntries(
  entries: unknown,
  buses: ReadonlySet<string>,
  stamp: { readonly id: () => string; readonly now: () => number },
): readonly ReadEntry[] {
  const list = Array.isArray(entries) ? entries : [];
  if (list.length < 1 || list.length > MOST_ENTRIES) {
    const problem = `Member must have length between 1 and ${MOST_ENTRIES}, found ${list.length}`;
    throw new AwsFailure(
      'ValidationException',
      `Value at 'entries' failed to satisfy constraint: ${problem}`,
    );
  }
  if (list.reduce<number>((sum, entry) => sum + bytesOf(entry), 0) > MOST_BYTES) {
    throw new AwsFailure(
      'ValidationException',
      'Total size of the entries in the request is over the limit.',
    );
  }
  return list.map((entry) => readEntry(isRecord(entry) ? entry : {}, buses, stamp));
}

/** An event of this account, for what the bus itself sends. Times are to the second, as EventBridge's are. */
export function busEvent(
  fields: Pick<BusEvent, 'id' | 'source' | 'detail-type' | 'detail' | 'resources'>,
  at: number,
): BusEvent {
  const time = new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
  return { version: '0', account: ACCOUNT, region: REGION, time, ...fields };
}

function readEntry(
  entry: Readonly<Record<string, unknown>>,
  buses: ReadonlySet<string>,
  stamp: { readonly id: () => string; readonly now: () => number },
): ReadEntry {
  const { Source, DetailType, Detail, EventBusName, Resources, Time } = entry;
  if (typeof Source !== 'string' || Source === '') return missing('Source');
  if (typeof DetailType !== 'string' || DetailType === '') return missing('DetailType');
  if (typeof Detail !== 'string') return missing('Detail');
  const bus = busName(EventBusName);
  if (!buses.has(bus))
    return { ErrorCode: 'ResourceNotFoundException', ErrorMessage: `Event bus ${bus} does not exist.` };
  if (Source.startsWith('aws.') && bus !== 'default') {
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
  }
  const detail = parseObject(Detail);
  if (detail === undefined) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  const resources = listOf(Resources).map(String);
  const at = timeOf(Time) ?? stamp.now();
  return {
    bus,
    event: busEvent({ id: stamp.id(), source: Source, 'detail-type': DetailType, detail, resources }, at),
  };
}

function missing(name: string): ReadEntry {
  return {
    ErrorCode: 'InvalidArgument',
    ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
  };
}

function parseObject(json: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(json);
    return isRecord(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** SDKs write Time as seconds since 1970; a hand-written call may give ISO text. */
function timeOf(time: unknown): number | undefined {
  const milliseconds = typeof time === 'number' ? time * 1000 : Date.parse(String(time));
  return Number.isFinite(milliseconds) ? milliseconds : undefined;
}

/** The size of an entry as AWS counts it. */
function bytesOf(entry: unknown): number {
  const { Time, Source, DetailType, Detail, Resources } = isRecord(entry) ? entry : {};
  const texts = [Source, DetailType, Detail, ...listOf(Resources)].filter((item) => typeof item === 'string');
  return texts.reduce((sum, item) => sum + Buffer.byteLength(item), Time === undefined ? 0 : 14);
}
