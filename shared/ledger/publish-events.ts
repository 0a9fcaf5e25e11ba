import { Envelope } from '../kernel/index.ts';
import type { DecisionRecord } from './classify.ts';
import { CAPABILITY_OF_KIND, EVENT_VERSION } from './contract.ts';
import type { OutgoingEvent, Publisher } from './ports.ts';

/**
 * Puts the events of new decisions on the bus, in the order of the stream. Answers the first record whose events did not
 * all get there, if any: it and all after it come again, under the same event ids. A record that is no decision has no
 * events; the ledger seals it as rejected. Throws what the publisher throws.
 */
export async function publishEvents<R extends DecisionRecord>(
  deps: { readonly publish: Publisher },
  records: readonly R[],
): Promise<{ readonly published: number; readonly failed?: R }> {
  const events = records.flatMap((record) => eventsOf(record).map((event) => ({ record, event })));
  if (events.length === 0) return { published: 0 };
  const lost = await deps.publish(events.map(({ event }) => event));
  const published = events.length - lost.length;
  const first = lost.length === 0 ? undefined : events[Math.min(...lost)];
  return { published, ...(first !== undefined && { failed: first.record }) };
}

/** The events of one record. Event id `<kind>/<id>/<rev>/<n>`, n from 0: consumers drop what they have seen. */
export function eventsOf(record: DecisionRecord): readonly OutgoingEvent[] {
  const envelope = record.change === 'INSERT' ? Envelope.safeParse(record.newImage) : undefined;
  if (envelope?.success !== true) return [];
  const { kind, id, rev, at, service, environment, correlationId, events } = envelope.data;
  return events.map(({ type, data }, n) => ({
    source: `holdfast.${CAPABILITY_OF_KIND[kind]}`,
    type,
    at,
    detail: {
      version: EVENT_VERSION,
      eventId: `${kind}/${id}/${rev}/${n}`,
      correlationId,
      subject: { kind, id },
      rev,
      at,
      ...(service !== undefined && { service }),
      ...(environment !== undefined && { environment }),
      data,
    },
  }));
}
