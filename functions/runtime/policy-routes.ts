import { BreakGlassRequest } from '../../shared/policies/contract.ts';
import { SentPolicySet } from '../../shared/policies/sent-set.ts';
import type { Route } from './http.ts';

export const getPoliciesRoute = {
  method: 'GET',
  path: '/v1/policies',
  summary: 'The policies in force with their calendars, exceptions and broken glass',
  role: 'viewer',
} as const satisfies Route;

export const listPolicyDecisionsRoute = {
  method: 'GET',
  path: '/v1/policies/decisions',
  summary: 'Every decision on policies with inputs, rule, outcome and reasons',
  role: 'viewer',
} as const satisfies Route;

export const putPoliciesRoute = {
  method: 'PUT',
  path: '/v1/policies',
  summary: 'Replaces the policies as a whole; one that names what is unknown is refused',
  role: 'admin',
  body: SentPolicySet,
  idempotent: true,
} as const satisfies Route;

export const breakGlassRoute = {
  method: 'POST',
  path: '/v1/policies/break-glass',
  summary: 'Asks to lift every block of the policies at a place for a while; another approver grants it',
  role: 'approver',
  body: BreakGlassRequest,
  idempotent: true,
  status: 202,
} as const satisfies Route;

/** The routes of this family, for the OpenAPI document. */
export const policyRoutes: readonly Route[] = [
  getPoliciesRoute,
  listPolicyDecisionsRoute,
  putPoliciesRoute,
  breakGlassRoute,
];
