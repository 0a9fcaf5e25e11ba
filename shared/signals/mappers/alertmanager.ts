import * as z from 'zod';
import { parse } from '../../kernel/index.ts';
import { Alert, alertSignals } from './alert-group.ts';
import type { Mapper } from './mapped.ts';

/** Alertmanager's webhook, version 4. */
const Body = z.looseObject({
  version: z.literal('4'),
  groupKey: z.string().min(1),
  truncatedAlerts: z.number().nullish(),
  alerts: z.array(Alert),
});

/** Alertmanager's alerts. */
export const mapAlertmanager: Mapper = ({ body }) => {
  const group = parse(Body, body, 'the alertmanager body');
  return { kind: 'signals', signals: alertSignals(group, { links: () => [] }) };
};
