import * as z from 'zod';
import { sha256Hex } from '../../kernel/index.ts';
import { type MappedSignal, severityOf, timeOf } from './mapped.ts';

const Labels = z.record(z.string(), z.string());
export const Alert = z.looseObject({
  status: z.enum(['firing', 'resolved']),
  labels: Labels,
  annotations: Labels.nullish(),
  startsAt: z.string().refine((text) => timeOf(text) !== undefined, 'must be a time'),
  endsAt: z.string().nullish(),
  generatorURL: z.string().nullish(),
  fingerprint: z.string().min(1),
});
type Alert = z.infer<typeof Alert>;

/** What the groups of Alertmanager and Grafana have in common. Their top-level status is that of the group, not of an alert. */
export type AlertGroup = {
  readonly groupKey: string;
  readonly truncatedAlerts?: number | null | undefined;
  readonly alerts: readonly Alert[];
};

/** How a sender's groups differ: what its fingerprints are unique within, and the links of an alert. */
type Sender = {
  readonly scope?: string;
  readonly links: (alert: Alert) => readonly unknown[];
};

/**
 * One signal an alert: a group holds firing and resolved ones. An alert that is absent has said nothing, and where the
 * sender cut alerts off (`truncatedAlerts`) those that came are flagged.
 */
export function alertSignals(group: AlertGroup, sender: Sender): readonly MappedSignal[] {
  const truncated = (group.truncatedAlerts ?? 0) > 0;
  return group.alerts.map((alert) => signalOf(alert, group.groupKey, truncated, sender));
}

/** A repeat of the group carries the same start: the same delivery identity, so it counts as a duplicate. */
function signalOf(alert: Alert, groupKey: string, truncated: boolean, sender: Sender): MappedSignal {
  const { status, labels, annotations } = alert;
  const fingerprint = sender.scope === undefined ? alert.fingerprint : `${sender.scope}|${alert.fingerprint}`;
  const startsAt = timeOf(alert.startsAt);
  const endsAt = timeOf(alert.endsAt);
  return {
    sourceEventId: sha256Hex([groupKey, fingerprint, startsAt, status].join('\n')),
    fingerprint,
    status,
    kind: 'alert',
    severity: severityOf(labels.severity),
    title: annotations?.summary || labels.alertname || fingerprint,
    ...(labels.revision !== undefined && { revision: labels.revision }),
    ...(startsAt !== undefined && { startsAt }),
    ...(endsAt !== undefined && { endsAt }),
    links: [alert.generatorURL, annotations?.runbook_url, ...sender.links(alert)].map(textOf),
    labels,
    flags: truncated ? ['truncated'] : [],
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
