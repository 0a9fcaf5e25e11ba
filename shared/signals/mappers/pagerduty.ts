import * as z from 'zod';
import { parse } from '../../kernel/index.ts';
import type { Severity, SignalStatus } from '../contract.ts';
import { type MappedSignal, type Mapper, timeOf } from './mapped.ts';

const Text = z.string().nullish();
const Reference = z.looseObject({ id: Text, summary: Text }).nullish();

/** PagerDuty's webhook, version 3. What is not an incident has other data. */
const Body = z.looseObject({
  event: z.looseObject({
    id: z.string().min(1),
    event_type: z.string().min(1),
    resource_type: Text,
    occurred_at: Text,
    data: z.looseObject({
      id: Text,
      title: Text,
      summary: Text,
      html_url: Text,
      status: Text,
      created_at: Text,
      urgency: Text,
      service: Reference,
      priority: Reference,
    }),
  }),
});
type Event = z.infer<typeof Body>['event'];

const STATUSES: Readonly<Record<string, SignalStatus>> = {
  'incident.triggered': 'firing',
  'incident.reopened': 'firing',
  'incident.escalated': 'firing',
  'incident.resolved': 'resolved',
};

/** Incidents of PagerDuty. Every other event is information; the test of a subscription leaves no signal. */
export const mapPagerduty: Mapper = ({ body }) => {
  const { event } = parse(Body, body, 'the pagerduty body');
  if (event.event_type === 'pagey.ping') return { kind: 'ping' };
  return { kind: 'signals', signals: [signalOf(event)] };
};

function signalOf(event: Event): MappedSignal {
  const { data, event_type: type } = event;
  const status = STATUSES[type] ?? 'info';
  const occurred = timeOf(event.occurred_at);
  const startsAt = startOf(event);
  return {
    sourceEventId: event.id,
    fingerprint: data.id ?? event.id,
    status,
    kind: type,
    severity: severityOf(data.priority?.summary, data.urgency),
    title: data.title ?? data.summary ?? type,
    ...(startsAt !== undefined && { startsAt }),
    ...(status === 'resolved' && occurred !== undefined && { endsAt: occurred }),
    links: [data.html_url],
    labels: {
      service: data.service?.summary,
      serviceId: data.service?.id,
      incident: data.id,
      priority: data.priority?.summary,
      urgency: data.urgency,
      status: data.status,
    },
  };
}

/** A reopened incident keeps its creation, before which it was resolved: its problem began again when that was said. */
function startOf({ event_type: type, data, occurred_at: occurred }: Event): string | undefined {
  const again = type === 'incident.reopened' || type === 'incident.resolved';
  return again ? timeOf(occurred) : (timeOf(data.created_at) ?? timeOf(occurred));
}

const PRIORITIES: Readonly<Record<string, Severity>> = {
  p1: 'critical',
  p2: 'high',
  p3: 'medium',
  p4: 'low',
  p5: 'info',
};

/** Priorities may have other names; then the urgency says it. */
function severityOf(priority: string | null | undefined, urgency: string | null | undefined): Severity {
  return PRIORITIES[(priority ?? '').toLowerCase()] ?? (urgency === 'low' ? 'low' : 'high');
}
