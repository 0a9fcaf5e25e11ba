import { expect, test, vi } from 'vitest';
import * as z from 'zod';
import { describeApi } from '../../../functions/runtime/describe-api.ts';

vi.hoisted(() => {
  vi.stubEnv('SOFTWARE_VERSION', '1.2.3');
  vi.stubEnv('CONFIG_DIGEST', 'd');
});

const Operation = z.object({
  summary: z.string().min(1),
  security: z.array(z.record(z.string(), z.array(z.string()))).optional(),
  parameters: z.array(z.looseObject({ name: z.string(), in: z.string(), required: z.boolean().optional() })),
  requestBody: z.unknown().optional(),
  responses: z.record(z.string(), z.unknown()),
});
const Document = z.object({
  openapi: z.literal('3.1.0'),
  info: z.object({ version: z.literal('1.2.3') }),
  paths: z.record(z.string(), z.record(z.string(), Operation)),
});

const document = Document.parse(JSON.parse(JSON.stringify(describeApi())));
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(
    ([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const,
  ),
);

test.each([
  'POST /v1/webhooks/{source}',
  'GET /v1/signals',
  'GET /v1/services',
  'PUT /v1/services/{name}',
  'POST /v1/services/{name}/check',
  'GET /v1/services/{name}/decisions',
  'PUT /v1/autonomy',
  'PUT /v1/kill-switch',
  'GET /v1/health',
  'GET /v1/rollbacks/{id}/explain',
  'GET /v1/ledger/entries',
])('%s is described', (route) => {
  expect(operations.map(([name]) => name)).toContain(route);
});

test('every placeholder of a path is a required parameter', () => {
  for (const [name, operation] of operations) {
    const wanted = [...name.matchAll(/\{(\w+)\}/g)].map(([, placeholder]) => placeholder);
    const given = operation.parameters.filter((each) => each.in === 'path' && each.required === true);
    expect(given.map((each) => each.name)).toEqual(wanted);
  }
});

test('all but webhooks, health, metrics, the public files of the ledger and this document want a bearer token', () => {
  const open = operations.filter(([, operation]) => operation.security === undefined).map(([name]) => name);
  expect(open.toSorted()).toEqual([
    'GET /v1/health',
    'GET /v1/ledger/checkpoint',
    'GET /v1/ledger/key',
    'GET /v1/ledger/key/{generation}',
    'GET /v1/ledger/tile/{proxy}',
    'GET /v1/metrics',
    'GET /v1/openapi.json',
    'POST /v1/webhooks/{source}',
  ]);
});

test('the body of a service is the schema that validates it', () => {
  const text = JSON.stringify(document.paths['/v1/services/{name}']?.put?.requestBody);
  for (const field of ['tier', 'owners', 'pointer', 'selectors', 'timings'])
    expect(text).toContain(`"${field}"`);
});
