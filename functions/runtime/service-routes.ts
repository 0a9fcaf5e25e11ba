import * as z from 'zod';
import {
  AutonomySetting,
  KillSwitchSetting,
  SERVICE_STATES,
  ServiceDocument,
  ServiceName,
} from '../../shared/services/contract.ts';
import type { Route } from './http.ts';
import { listQuery } from './list-query.ts';

const ServiceParams = z.strictObject({ name: ServiceName });

export const listServicesRoute = {
  method: 'GET',
  path: '/v1/services',
  summary: 'The registry, newest first',
  role: 'viewer',
  query: listQuery(SERVICE_STATES),
} as const satisfies Route;

export const getServiceRoute = {
  method: 'GET',
  path: '/v1/services/{name}',
  summary: 'One service',
  role: 'viewer',
  params: ServiceParams,
} as const satisfies Route;

export const putServiceRoute = {
  method: 'PUT',
  path: '/v1/services/{name}',
  summary: 'Registers a service or replaces its whole document',
  role: 'admin',
  params: ServiceParams,
  body: ServiceDocument,
  idempotent: true,
} as const satisfies Route;

export const listServiceDecisionsRoute = {
  method: 'GET',
  path: '/v1/services/{name}/decisions',
  summary: 'Every decision of a service with inputs, rule, outcome and reasons',
  role: 'viewer',
  params: ServiceParams,
} as const satisfies Route;

export const getAutonomyRoute = {
  method: 'GET',
  path: '/v1/autonomy',
  summary: 'How much Holdfast may do by itself, and the kill switch',
  role: 'viewer',
} as const satisfies Route;

export const listAutonomyDecisionsRoute = {
  method: 'GET',
  path: '/v1/autonomy/decisions',
  summary: 'Every decision on autonomy and the kill switch with inputs, rule, outcome and reasons',
  role: 'viewer',
} as const satisfies Route;

export const putAutonomyRoute = {
  method: 'PUT',
  path: '/v1/autonomy',
  summary:
    'Sets the level of one action of a service in an environment; a higher one asks another approver first (202 with the approval)',
  role: 'admin',
  body: AutonomySetting,
  idempotent: true,
} as const satisfies Route;

export const putKillSwitchRoute = {
  method: 'PUT',
  path: '/v1/kill-switch',
  summary: 'Stops every action of Holdfast, or lets it act again',
  role: 'operator',
  body: KillSwitchSetting,
  idempotent: true,
} as const satisfies Route;

export const reportHealthRoute = {
  method: 'GET',
  path: '/v1/health',
  summary: 'That the API answers, and its version',
} as const satisfies Route;

export const describeApiRoute = {
  method: 'GET',
  path: '/v1/openapi.json',
  summary: 'This document',
} as const satisfies Route;

/** The routes of this family, for the OpenAPI document. */
export const serviceRoutes: readonly Route[] = [
  listServicesRoute,
  getServiceRoute,
  putServiceRoute,
  listServiceDecisionsRoute,
  getAutonomyRoute,
  listAutonomyDecisionsRoute,
  putAutonomyRoute,
  putKillSwitchRoute,
  reportHealthRoute,
  describeApiRoute,
];
