import * as z from 'zod';
import { APPROVAL_STATES, PeopleDocument, VERDICTS } from '../../shared/approvals/contract.ts';
import type { Route } from './http.ts';
import { listQuery } from './list-query.ts';

const ApprovalId = z.strictObject({
  id: z.string().regex(/^apr_[0-9A-HJKMNP-TV-Z]{26}$/, 'must be the id of an approval'),
});

export const listApprovalsRoute = {
  method: 'GET',
  path: '/v1/approvals',
  summary: 'What people are or were asked, newest first; state=open for what waits',
  role: 'viewer',
  query: listQuery(APPROVAL_STATES),
} as const satisfies Route;

export const getApprovalRoute = {
  method: 'GET',
  path: '/v1/approvals/{id}',
  summary: 'One approval with the plan it is about',
  role: 'viewer',
  params: ApprovalId,
} as const satisfies Route;

export const listApprovalDecisionsRoute = {
  method: 'GET',
  path: '/v1/approvals/{id}/decisions',
  summary: 'Every decision of an approval with inputs, rule, outcome and reasons',
  role: 'viewer',
  params: ApprovalId,
} as const satisfies Route;

export const explainApprovalRoute = {
  method: 'GET',
  path: '/v1/approvals/{id}/explain',
  summary: 'The same in plain words',
  role: 'viewer',
  params: ApprovalId,
} as const satisfies Route;

export const answerApprovalRoute = {
  method: 'POST',
  path: '/v1/approvals/{id}',
  summary: 'Approves or rejects; an approval may name the invariants it overrides',
  role: 'approver',
  params: ApprovalId,
  body: z.strictObject({
    verdict: z.enum(VERDICTS),
    reason: z.string().min(1).max(1000),
    /** The plan as the caller saw it: another one is refused. */
    planHash: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'must be the hash of a plan')
      .exactOptional(),
    overrides: z.array(z.string().min(1).max(20)).max(8).default([]),
  }),
  idempotent: true,
} as const satisfies Route;

export const getPeopleRoute = {
  method: 'GET',
  path: '/v1/people',
  summary: 'Who is who: the logins and member ids of each person',
  role: 'admin',
} as const satisfies Route;

export const listPeopleDecisionsRoute = {
  method: 'GET',
  path: '/v1/people/decisions',
  summary: 'Every decision on who is who with inputs, rule, outcome and reasons',
  role: 'admin',
} as const satisfies Route;

export const putPeopleRoute = {
  method: 'PUT',
  path: '/v1/people',
  summary: 'Sets who is who, as a whole',
  role: 'admin',
  body: PeopleDocument,
  idempotent: true,
} as const satisfies Route;

/** The routes of this family, for the OpenAPI document. */
export const approvalRoutes: readonly Route[] = [
  listApprovalsRoute,
  getApprovalRoute,
  listApprovalDecisionsRoute,
  explainApprovalRoute,
  answerApprovalRoute,
  getPeopleRoute,
  listPeopleDecisionsRoute,
  putPeopleRoute,
];
