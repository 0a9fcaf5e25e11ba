import { ACCOUNT, REGION } from '../template/identities.ts';
import { isRecord, listOf } from '../template/values.ts';
import { AwsFailure } from '../types.ts';
import { busName } from './rules.ts';

/** An event as it stands on a bus. */
export type BusEvent = {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** UTC, to the second, as EventBridge writes it. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
};

type Entry = Readonly<Record<string, unknown>>;
type Stamp = { readonly id: () => string; readonly now: () => number };

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
  stamp: Stamp,
): readonly ReadEntry[] {
  const list = listOf(entries).map((entry) => (isRecord(entry) ? entry : {}));
  if (list.length < 1 || list.length > MOST_ENTRIES)
    throw refused(`Member must have length between 1 and ${MOST_ENTRIES}, found ${list.length}`);
  if (list.reduce((sum, entry) => sum + bytesOf(entry), 0) > MOST_BYTES)
    throw refused('Total size of the entries in the request is over the limit.');
  return list.map((entry) => readEntry(entry, buses, stamp));
}

function refused(problem: string): AwsFailure {
  const message = `Value at 'entries' failed to satisfy constraint: ${problem}`;
  return new AwsFailure('ValidationException', message);
}

/** An event of this account, for what the bus itself sends. Times are to the second, as EventBridge's are. */
export function busEvent(
  fields: Pick<BusEvent, 'id' | 'source' | 'detail-type' | 'detail' | 'resources'>,
  at: number,
): BusEvent {
  const time = new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
  return { version: '0', account: ACCOUNT, region: REGION, time, ...fields };
}

function readEntry(entry: Entry, buses: ReadonlySet<string>, stamp: Stamp): ReadEntry {
  const { Source, DetailType, Detail, EventBusName, Resources, Time } = entry;
  if (typeof Source !== 'string' || Source === '') return missing('Source');
  if (typeof DetailType !== 'string' || DetailType === '') return missing('DetailType');
  if (typeof Detail !== 'string') return missing('Detail');
  const bus = busName(EventBusName);
  if (!buses.has(bus)) return faulty('ResourceNotFoundException', `Event bus ${bus} does not exist.`);
  if (Source.startsWith('aws.') && bus !== 'default')
    return faulty('NotAuthorizedForSourceException', 'Not authorized for the source.');
  const detail = parseObject(Detail);
  if (detail === undefined) return faulty('MalformedDetail', 'Detail is malformed.');
  const resources = listOf(Resources).map(String);
  const fields = { id: stamp.id(), source: Source, 'detail-type': DetailType, detail, resources };
  return { bus, event: busEvent(fields, timeOf(Time) ?? stamp.now()) };
}

const faulty = (ErrorCode: string, ErrorMessage: string): ReadEntry => ({ ErrorCode, ErrorMessage });
const missing = (name: string): ReadEntry =>
  faulty('InvalidArgument', `Parameter ${name} is not valid. Reason: ${name} is a required argument.`);

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
function bytesOf({ Time, Source, DetailType, Detail, Resources }: Entry): number {
  const texts = [Source, DetailType, Detail, ...listOf(Resources)].filter((item) => typeof item === 'string');
  return texts.reduce((sum, item) => sum + Buffer.byteLength(item), Time === undefined ? 0 : 14);
}
