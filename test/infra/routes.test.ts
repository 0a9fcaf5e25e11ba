import { expect, test, vi } from 'vitest';
import { describeApi } from '../../functions/runtime/describe-api.ts';
import { ofType, plain, synthesise } from './synthesised.ts';

vi.hoisted(() => {
  vi.stubEnv('SOFTWARE_VERSION', '1.2.3');
  vi.stubEnv('CONFIG_DIGEST', 'd');
});

const PUBLIC = [
  'GET /v1/health',
  'GET /v1/ledger/checkpoint',
  'GET /v1/ledger/key',
  'GET /v1/ledger/key/{generation}',
  'GET /v1/ledger/tile/{proxy+}',
  'GET /v1/metrics',
  'GET /v1/openapi.json',
  'OPTIONS /v1/webhooks/{source}',
  'POST /v1/webhooks/{source}',
];
const resources = synthesise();
const routes = ofType(resources, 'AWS::ApiGatewayV2::Route').map(({ Properties }) => Properties);

test('every route asks the authorizer, but those that are public by contract', () => {
  const open = routes.filter((route) => route.AuthorizationType !== 'CUSTOM');
  expect(open.map((route) => route.RouteKey).sort()).toEqual(PUBLIC);
  const [authorizer] = ofType(resources, 'AWS::ApiGatewayV2::Authorizer');
  for (const route of routes.filter((each) => !open.includes(each))) {
    // of its own stack, or imported into another
    expect(plain(route.AuthorizerId)).toContain(authorizer?.logicalId);
  }
});

test('the API serves the routes of the contract', () => {
  expect(routes.map((route) => route.RouteKey).sort()).toEqual(
    [
      ...PUBLIC,
      'GET /v1/approvals',
      'GET /v1/approvals/{id}',
      'GET /v1/approvals/{id}/decisions',
      'GET /v1/approvals/{id}/explain',
      'GET /v1/autonomy',
      'GET /v1/autonomy/decisions',
      'GET /v1/deployments',
      'GET /v1/deployments/{id}',
      'GET /v1/deployments/{id}/decisions',
      'GET /v1/deployments/{id}/explain',
      'GET /v1/ledger/entries',
      'GET /v1/ledger/head',
      'GET /v1/ledger/proof/{kind}/{id}/{rev}',
      'GET /v1/ledger/statements/{kind}/{id}',
      'GET /v1/ledger/subjects',
      'GET /v1/people',
      'GET /v1/people/decisions',
      'GET /v1/policies',
      'GET /v1/policies/decisions',
      'GET /v1/rollbacks',
      'GET /v1/rollbacks/{id}',
      'GET /v1/rollbacks/{id}/decisions',
      'GET /v1/rollbacks/{id}/explain',
      'GET /v1/rollouts',
      'GET /v1/rollouts/{id}',
      'GET /v1/rollouts/{id}/decisions',
      'GET /v1/rollouts/{id}/explain',
      'GET /v1/services',
      'GET /v1/services/{name}',
      'GET /v1/services/{name}/decisions',
      'GET /v1/signals',
      'POST /v1/approvals/{id}',
      'POST /v1/deployments',
      'POST /v1/deployments/{id}/{verb}',
      'POST /v1/ledger/erasures',
      'POST /v1/ledger/keys',
      'POST /v1/policies/break-glass',
      'POST /v1/rollbacks',
      'POST /v1/rollbacks/{id}/reset',
      'POST /v1/rollbacks/{id}/review',
      'POST /v1/rollouts/{id}/{verb}',
      'POST /v1/services/{name}/check',
      'PUT /v1/autonomy',
      'PUT /v1/kill-switch',
      'PUT /v1/people',
      'PUT /v1/policies',
      'PUT /v1/services/{name}',
    ].sort(),
  );
});

test('the description of the API names each route, and no other', () => {
  const { paths } = describeApi();
  const described = Object.entries(paths as Readonly<Record<string, object>>).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  // a greedy variable is a plain one in OpenAPI
  const keys = routes.map((route) => String(route.RouteKey).replace('+}', '}'));
  const served = keys.filter((key) => !key.startsWith('OPTIONS '));
  expect(described.sort()).toEqual(served.sort());
});

test('what the authorizer said is never cached', () => {
  const [authorizer] = ofType(resources, 'AWS::ApiGatewayV2::Authorizer');
  expect(authorizer?.Properties).toMatchObject({
    AuthorizerPayloadFormatVersion: '2.0',
    AuthorizerResultTtlInSeconds: 0,
    AuthorizerType: 'REQUEST',
    EnableSimpleResponses: true,
    IdentitySource: ['$request.header.Authorization'],
  });
});

test('the API throttles and writes an access log', () => {
  const [stage] = ofType(resources, 'AWS::ApiGatewayV2::Stage');
  expect(stage?.Properties).toMatchObject({
    DefaultRouteSettings: { ThrottlingRateLimit: 1000, ThrottlingBurstLimit: 2000 },
    AccessLogSettings: { Format: expect.stringContaining('$context.requestId') },
  });
});
