import * as z from 'zod';
import { PROMETHEUS_CONTENT_TYPE, STATES } from '../../shared/rollbacks/contract.ts';
import type { Route } from './http.ts';
import { listQuery } from './list-query.ts';

const RollbackId = z.strictObject({
  id: z.string().regex(/^rbk_[0-9A-HJKMNP-TV-Z]{26}$/, 'must be the id of a rollback'),
});
const Reason = z.string().min(1).max(1000);

export const listRollbacksRoute = {
  method: 'GET',
  path: '/v1/rollbacks',
  summary: 'Attempts, newest first',
  role: 'viewer',
  query: listQuery(STATES),
} as const satisfies Route;

export const requestRollbackRoute = {
  method: 'POST',
  path: '/v1/rollbacks',
  summary: 'A person asks for a rollback',
  role: 'operator',
  body: z.strictObject({
    service: z.string().min(1).max(63),
    environment: z.string().min(1).max(31),
    reason: Reason,
  }),
  idempotent: true,
  status: 202,
} as const satisfies Route;

export const getRollbackRoute = {
  method: 'GET',
  path: '/v1/rollbacks/{id}',
  summary: 'One attempt',
  role: 'viewer',
  params: RollbackId,
} as const satisfies Route;

export const listRollbackDecisionsRoute = {
  method: 'GET',
  path: '/v1/rollbacks/{id}/decisions',
  summary: 'Every decision of an attempt with inputs, rule, outcome and reasons',
  role: 'viewer',
  params: RollbackId,
} as const satisfies Route;

export const explainRollbackRoute = {
  method: 'GET',
  path: '/v1/rollbacks/{id}/explain',
  summary: 'The same in plain words',
  role: 'viewer',
  params: RollbackId,
} as const satisfies Route;

export const resetRollbackRoute = {
  method: 'POST',
  path: '/v1/rollbacks/{id}/reset',
  summary: 'Releases the slot of an attempt that was aborted for security',
  role: 'admin',
  params: RollbackId,
  body: z.strictObject({ reason: Reason }),
  idempotent: true,
} as const satisfies Route;

export const reviewRollbackRoute = {
  method: 'POST',
  path: '/v1/rollbacks/{id}/review',
  summary: 'Ends an attempt that awaits review: abort it, or take it over by hand',
  role: 'approver',
  params: RollbackId,
  body: z.strictObject({ verdict: z.enum(['abort', 'manual']), reason: Reason }),
  idempotent: true,
} as const satisfies Route;

export const checkServiceRoute = {
  method: 'POST',
  path: '/v1/services/{name}/check',
  summary: 'What a failure at night would be, found by day; changes nothing',
  role: 'operator',
  params: z.strictObject({ name: z.string().min(1).max(63) }),
} as const satisfies Route;

/** The scrape proves itself by a token of its own, not by a role: it is served by `scraped`, and described here. */
const exposeMetricsRoute = {
  method: 'GET',
  path: '/v1/metrics',
  summary: 'Metrics in the text format of Prometheus; wants a bearer token of the list metrics',
  text: PROMETHEUS_CONTENT_TYPE,
} as const satisfies Route;

/** The routes of this family, for the OpenAPI document. */
export const rollbackRoutes: readonly Route[] = [
  listRollbacksRoute,
  requestRollbackRoute,
  getRollbackRoute,
  listRollbackDecisionsRoute,
  explainRollbackRoute,
  resetRollbackRoute,
  reviewRollbackRoute,
  checkServiceRoute,
  exposeMetricsRoute,
];
