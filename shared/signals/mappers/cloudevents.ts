import * as z from 'zod';
import { Fault, parse } from '../../kernel/index.ts';
import { SIGNAL_STATUSES, type SignalStatus } from '../contract.ts';
import { type MappedSignal, type Mapper, type Mapping, severityOf, timeOf } from './mapped.ts';

/** A CloudEvent 1.0; extension attributes stay beside the named ones. */
const CloudEvent = z.looseObject({
  specversion: z.literal('1.0'),
  id: z.string().min(1),
  source: z.string().min(1),
  type: z.string().min(1),
  subject: z.string().nullish(),
  time: z.string().nullish(),
  data: z.unknown().optional(),
});
type CloudEvent = z.infer<typeof CloudEvent>;

const Data = z.record(z.string(), z.unknown());
const NOT_LABELS = ['data', 'data_base64', 'specversion', 'datacontenttype', 'dataschema', 'id', 'time'];

/** The last word of a type, for senders that do not send a `status` of their own. */
const STATUS_WORDS: Readonly<Record<string, SignalStatus>> = {
  firing: 'firing',
  failed: 'firing',
  degraded: 'firing',
  triggered: 'firing',
  resolved: 'resolved',
  recovered: 'resolved',
  healthy: 'resolved',
};

/**
 * A CloudEvent in structured or binary mode. `status`, `severity`, `revision` and `fingerprint` are read from extension
 * attributes or from the data; without a status the last word of the type says it, and any other type is info.
 */
export const mapCloudevents: Mapper = (mapping) => {
  const event = parse(CloudEvent, structured(mapping), 'the CloudEvent');
  return { kind: 'signals', signals: [signalOf(event)] };
};

function structured({ body, headers }: Mapping): unknown {
  const type = headers['content-type'] ?? '';
  if (type.startsWith('application/cloudevents-batch')) {
    throw new Fault('InvalidInput', 'batches of CloudEvents are not taken: send them one at a time', {
      issues: [{ path: 'content-type', message: 'must not be a batch' }],
    });
  }
  if (type.startsWith('application/cloudevents+json') || headers['ce-id'] === undefined) return body;
  const attributes = Object.entries(headers).filter(([name]) => name.startsWith('ce-'));
  return { ...Object.fromEntries(attributes.map(([name, value]) => [name.slice(3), value])), data: body };
}

function signalOf(event: CloudEvent): MappedSignal {
  const data = Data.safeParse(event.data);
  const facts: Record<string, unknown> = { ...(data.success && data.data), ...event };
  const startsAt = timeOf(textOf(facts.startsAt)) ?? timeOf(event.time);
  const revision = textOf(facts.revision);
  const status = statusOf(event.type, facts.status);
  return {
    sourceEventId: `${event.source}#${event.id}`,
    fingerprint: textOf(facts.fingerprint) ?? `${event.source}#${event.subject ?? ''}`,
    status,
    kind: event.type,
    severity: status === 'firing' ? severityOf(facts.severity) : 'info',
    title: textOf(facts.title) ?? `${event.type} of ${event.subject ?? event.source}`,
    ...(revision !== undefined && { revision }),
    ...(startsAt !== undefined && { startsAt }),
    links: [textOf(facts.url)],
    labels: labelsOf(event, data.success ? data.data : {}),
  };
}

function statusOf(type: string, said: unknown): SignalStatus {
  const status = SIGNAL_STATUSES.find((each) => each === said);
  return status ?? STATUS_WORDS[type.split('.').at(-1) ?? ''] ?? 'info';
}

function labelsOf(event: CloudEvent, data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const attributes = Object.entries(event).filter(([name]) => !NOT_LABELS.includes(name));
  const nested = Data.safeParse(data.labels);
  return { ...data, ...(nested.success && nested.data), ...Object.fromEntries(attributes) };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
