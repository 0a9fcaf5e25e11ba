import * as z from 'zod';
import { parse, sha256Hex } from '../../kernel/index.ts';
import { type MappedSignal, type Mapper, severityOf, timeOf } from './mapped.ts';

const Labels = z.record(z.string(), z.string());
const Alert = z.looseObject({
  status: z.enum(['firing', 'resolved']),
  labels: Labels,
  annotations: Labels.nullish(),
  startsAt: z.string().refine((text) => timeOf(text) !== undefined, 'must be a time'),
  endsAt: z.string().nullish(),
  generatorURL: z.string().nullish(),
  fingerprint: z.string().min(1),
});
type Alert = z.infer<typeof Alert>;

/** Alertmanager's webhook, version 4. Its top-level status is that of the group, not of an alert. */
const Body = z.looseObject({
  version: z.literal('4'),
  groupKey: z.string().min(1),
  truncatedAlerts: z.number().nullish(),
  alerts: z.array(Alert),
});

/** One signal an alert: a group holds firing and resolved ones. An alert that was cut off is not resolved. */
export const mapAlertmanager: Mapper = ({ body }) => {
  const group = parse(Body, body, 'the alertmanager body');
  const truncated = (group.truncatedAlerts ?? 0) > 0;
  return {
    kind: 'signals',
    signals: group.alerts.map((alert) => signalOf(alert, group.groupKey, truncated)),
  };
};

/** A repeat of the group carries the same start: the same delivery identity, so it counts as a duplicate. */
function signalOf(alert: Alert, groupKey: string, truncated: boolean): MappedSignal {
  const { fingerprint, status, labels, annotations } = alert;
  const startsAt = timeOf(alert.startsAt);
  const endsAt = timeOf(alert.endsAt);
  return {
    sourceEventId: sha256Hex([groupKey, fingerprint, startsAt, status].join('\n')),
    fingerprint,
    status,
    kind: 'alert',
    severity: severityOf(labels.severity),
    title: annotations?.summary ?? labels.alertname ?? fingerprint,
    ...(labels.revision !== undefined && { revision: labels.revision }),
    ...(startsAt !== undefined && { startsAt }),
    ...(endsAt !== undefined && { endsAt }),
    links: [alert.generatorURL, annotations?.runbook_url],
    labels,
    flags: truncated ? ['truncated'] : [],
  };
}
