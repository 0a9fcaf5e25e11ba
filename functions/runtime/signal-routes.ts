import * as z from 'zod';
import { ROUTINGS, SIGNAL_STATUSES, WEBHOOK_SOURCES } from '../../shared/signals/contract.ts';
import type { Route } from './http.ts';
import { listQuery } from './list-query.ts';

export const listSignalsRoute = {
  method: 'GET',
  path: '/v1/signals',
  summary: 'What came in, newest first; an unroutable signal shows the selector that would route it',
  role: 'viewer',
  query: listQuery(SIGNAL_STATUSES).extend({
    unroutable: z.enum(['true', 'false']).exactOptional(),
    routing: z.enum(ROUTINGS).default('routed'),
  }),
} as const satisfies Route;

/** The webhook proves itself by signature or token, not by a role: it is served by `webhook`, and described here. */
const webhookRoute = {
  method: 'POST',
  path: '/v1/webhooks/{source}',
  summary: `Takes a delivery of ${WEBHOOK_SOURCES.join(', ')}; verified on its raw bytes`,
  params: z.strictObject({ source: z.string() }),
  status: 202,
} as const satisfies Route;

/** The routes of this family, for the OpenAPI document. */
export const signalRoutes: readonly Route[] = [webhookRoute, listSignalsRoute];
