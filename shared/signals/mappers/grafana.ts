import * as z from 'zod';
import { parse } from '../../kernel/index.ts';
import { Alert, type AlertGroup, alertSignals } from './alert-group.ts';
import type { Mapper } from './mapped.ts';

/** Grafana's webhook contact point. Alertmanager's form with an organisation; its `version` is its own and not looked at. */
const Body = z.looseObject({
  orgId: z.int(),
  groupKey: z.string().min(1),
  truncatedAlerts: z.number().nullish(),
  alerts: z.array(Alert),
});

/** Grafana's alerts; fingerprints are unique within an organisation. The contact point's button "Test" leaves no signal. */
export const mapGrafana: Mapper = ({ body }) => {
  const group = parse(Body, body, 'the grafana body');
  if (isTest(group)) return { kind: 'ping' };
  const links = (alert: Readonly<Record<string, unknown>>) => [alert.silenceURL, alert.panelURL];
  return { kind: 'signals', signals: alertSignals(group, { scope: String(group.orgId), links }) };
};

function isTest({ alerts }: AlertGroup): boolean {
  return (
    alerts.length > 0 &&
    alerts.every(({ labels }) => labels.alertname === 'TestAlert' && labels.instance === 'Grafana')
  );
}
