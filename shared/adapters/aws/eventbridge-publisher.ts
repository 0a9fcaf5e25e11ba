import { Buffer } from 'node:buffer';
import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import type { OutgoingEvent, Publisher } from '../../ledger/ports.ts';
import { CLIENT_SETTINGS } from './clients.ts';
import { awsCall, backOff } from './failures.ts';

/** A client for this container. */
export const busClient = (): EventBridgeClient => new EventBridgeClient(CLIENT_SETTINGS);

const MAX_ENTRIES = 10;
// PutEvents takes 256 KB in all; the rest of an entry counts too.
const MAX_BYTES = 200_000;
const MAX_ATTEMPTS = 4;

/**
 * Events on a bus by PutEvents, ten at a time and in order. Entries that the bus refused are sent again, at most four
 * times with jitter. Throws Fault: Unavailable, PermissionDenied when a call fails whole.
 */
export function eventBridgePublisher(deps: {
  readonly client: EventBridgeClient;
  readonly bus: string;
}): Publisher {
  return async (events) => {
    const lost: number[] = [];
    for (const [from, to] of chunks(events)) {
      const positions = Array.from({ length: to - from }, (_, at) => from + at);
      lost.push(...(await put(deps, events, positions)));
    }
    return lost;
  };
}

async function put(
  { client, bus }: { readonly client: EventBridgeClient; readonly bus: string },
  events: readonly OutgoingEvent[],
  positions: readonly number[],
): Promise<readonly number[]> {
  let open = positions;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS && open.length > 0; attempt += 1) {
    if (attempt > 1) await backOff(attempt);
    const Entries = open.flatMap((position) => events[position] ?? []).map((event) => entry(bus, event));
    const answer = await awsCall('PutEvents', () => client.send(new PutEventsCommand({ Entries })));
    open = open.filter((_, at) => answer.Entries?.[at]?.EventId === undefined);
  }
  return open;
}

function entry(bus: string, event: OutgoingEvent): PutEventsRequestEntry {
  return {
    EventBusName: bus,
    Source: event.source,
    DetailType: event.type,
    Time: new Date(event.at),
    Detail: JSON.stringify(event.detail),
  };
}

/** Runs [from, to) of at most ten events and 200 KB. */
function chunks(events: readonly OutgoingEvent[]): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  let from = 0;
  let bytes = 0;
  for (const [at, event] of events.entries()) {
    const size = Buffer.byteLength(JSON.stringify(event));
    if (at > from && (at - from === MAX_ENTRIES || bytes + size > MAX_BYTES)) {
      found.push([from, at]);
      from = at;
      bytes = 0;
    }
    bytes += size;
  }
  if (from < events.length) found.push([from, events.length]);
  return found;
}
