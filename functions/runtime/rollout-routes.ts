import * as z from 'zod';
import { STATES, VERBS } from '../../shared/rollouts/contract.ts';
import type { Route } from './http.ts';
import { listQuery } from './list-query.ts';

const RolloutId = z.strictObject({
  id: z.string().regex(/^rol_[0-9A-HJKMNP-TV-Z]{26}$/, 'must be the id of a rollout'),
});

export const listRolloutsRoute = {
  method: 'GET',
  path: '/v1/rollouts',
  summary: 'Rollouts, newest first',
  role: 'viewer',
  query: listQuery(STATES),
} as const satisfies Route;

export const getRolloutRoute = {
  method: 'GET',
  path: '/v1/rollouts/{id}',
  summary: 'One rollout, with what the judge saw last',
  role: 'viewer',
  params: RolloutId,
} as const satisfies Route;

export const listRolloutDecisionsRoute = {
  method: 'GET',
  path: '/v1/rollouts/{id}/decisions',
  summary: 'Every decision of a rollout with inputs, rule, outcome and reasons',
  role: 'viewer',
  params: RolloutId,
} as const satisfies Route;

export const explainRolloutRoute = {
  method: 'GET',
  path: '/v1/rollouts/{id}/explain',
  summary: 'The same in plain words',
  role: 'viewer',
  params: RolloutId,
} as const satisfies Route;

export const controlRolloutRoute = {
  method: 'POST',
  path: '/v1/rollouts/{id}/{verb}',
  summary: 'A person pauses, resumes, aborts or promotes a rollout; promoting needs the role approver',
  role: 'operator',
  params: RolloutId.extend({ verb: z.enum(VERBS) }),
  body: z.strictObject({ reason: z.string().min(1).max(1000) }),
  idempotent: true,
} as const satisfies Route;

/** The routes of this family, for the OpenAPI document. */
export const rolloutRoutes: readonly Route[] = [
  listRolloutsRoute,
  getRolloutRoute,
  listRolloutDecisionsRoute,
  explainRolloutRoute,
  controlRolloutRoute,
];
