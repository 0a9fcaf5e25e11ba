import * as z from 'zod';
import { approvalRoutes } from './approval-routes.ts';
import { deploymentRoutes } from './deployment-routes.ts';
import type { Route } from './http.ts';
import { ledgerKeepingRoutes } from './ledger-keeping-routes.ts';
import { ledgerRoutes } from './ledger-routes.ts';
import { policyRoutes } from './policy-routes.ts';
import { rollbackRoutes } from './rollback-routes.ts';
import { rolloutRoutes } from './rollout-routes.ts';
import { serviceRoutes } from './service-routes.ts';
import { signalRoutes } from './signal-routes.ts';
import { software } from './software.ts';

const PROBLEM = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'errors', 'correlationId'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    correlationId: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: { path: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
};

/** The OpenAPI 3.1 document, made from the schemas that validate the requests. */
export function describeApi(
  routes: readonly Route[] = [
    ...signalRoutes,
    ...serviceRoutes,
    ...rollbackRoutes,
    ...deploymentRoutes,
    ...rolloutRoutes,
    ...approvalRoutes,
    ...policyRoutes,
    ...ledgerRoutes,
    ...ledgerKeepingRoutes,
  ],
): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    // A greedy variable of API Gateway is a plain one here: OpenAPI knows no other.
    const path = route.path.replace('+}', '}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Holdfast', version: software().version },
    paths,
    components: {
      schemas: { Problem: PROBLEM },
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}

function operation(route: Route): Record<string, unknown> {
  return {
    summary: route.summary,
    ...(route.role !== undefined && {
      description: `Needs the role ${route.role}.`,
      security: [{ bearer: [] }],
    }),
    parameters: [
      ...parameters(route.params, 'path'),
      ...parameters(route.query, 'query'),
      ...(route.idempotent === true
        ? [{ name: 'Idempotency-Key', in: 'header', schema: { type: 'string', maxLength: 200 } }]
        : []),
    ],
    ...(route.body !== undefined && {
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(route.body) } } },
    }),
    responses: {
      [String(route.status ?? 200)]: {
        description: 'Success',
        content:
          route.text === undefined
            ? { 'application/json': { schema: { type: 'object' } } }
            : { [route.text]: { schema: { type: 'string' } } },
      },
      default: {
        description: 'A refusal',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

function parameters(schema: z.ZodType | undefined, place: 'path' | 'query') {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(schema);
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }));
}

/** As a sender has to write it: what has a default may be left out. */
function schemaOf(schema: z.ZodType) {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return rest;
}
