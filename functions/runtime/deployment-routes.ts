import * as z from 'zod';
import { PRESETS, STATES, VERBS } from '../../shared/deployments/contract.ts';
import { CallerFacts } from '../../shared/deployments/rules/gather-facts.ts';
import type { Route } from './http.ts';
import { listQuery } from './list-query.ts';

const DeploymentId = z.strictObject({
  id: z.string().regex(/^dep_[0-9A-HJKMNP-TV-Z]{26}$/, 'must be the id of a deployment'),
});

export const requestDeploymentRoute = {
  method: 'POST',
  path: '/v1/deployments',
  summary: 'Asks for a deployment: what the caller says of the change is added to what the forge says',
  role: 'operator',
  forRuns: true,
  body: z.strictObject({
    service: z.string().min(1).max(63),
    environment: z.string().min(1).max(31),
    revision: z.string().regex(/^[0-9a-f]{40}$/, 'must be a full commit sha'),
    change: CallerFacts.exactOptional(),
    preset: z.enum(PRESETS).exactOptional(),
  }),
  idempotent: true,
  status: 202,
} as const satisfies Route;

export const listDeploymentsRoute = {
  method: 'GET',
  path: '/v1/deployments',
  summary: 'Deployments, newest first',
  role: 'viewer',
  query: listQuery(STATES),
} as const satisfies Route;

export const getDeploymentRoute = {
  method: 'GET',
  path: '/v1/deployments/{id}',
  summary: 'One deployment',
  role: 'viewer',
  params: DeploymentId,
} as const satisfies Route;

export const listDeploymentDecisionsRoute = {
  method: 'GET',
  path: '/v1/deployments/{id}/decisions',
  summary: 'Every decision of a deployment with inputs, rule, outcome and reasons',
  role: 'viewer',
  params: DeploymentId,
} as const satisfies Route;

export const explainDeploymentRoute = {
  method: 'GET',
  path: '/v1/deployments/{id}/explain',
  summary: 'The same in plain words, and the nearest change that would have altered the outcome',
  role: 'viewer',
  params: DeploymentId,
} as const satisfies Route;

export const controlDeploymentRoute = {
  method: 'POST',
  path: '/v1/deployments/{id}/{verb}',
  summary: 'A person aborts, promotes or retries a deployment; promoting needs the role approver',
  role: 'operator',
  params: DeploymentId.extend({ verb: z.enum(VERBS) }),
  body: z.strictObject({ reason: z.string().min(1).max(1000) }),
  idempotent: true,
} as const satisfies Route;

/** The routes of this family, for the OpenAPI document. */
export const deploymentRoutes: readonly Route[] = [
  requestDeploymentRoute,
  listDeploymentsRoute,
  getDeploymentRoute,
  listDeploymentDecisionsRoute,
  explainDeploymentRoute,
  controlDeploymentRoute,
];
