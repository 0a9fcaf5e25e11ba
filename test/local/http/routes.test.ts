import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matchRoute, routesOf } from '../../../local/cloud/http/routes.ts';

const KEYS = [
  'GET /v1/{proxy+}',
  'GET /v1/services/{name}',
  'GET /v1/services/special',
  'PUT /v1/services/{name}',
  'POST /v1/services/{name}/check',
];

function routes(keys: readonly string[]) {
  const base = { stack: 'S', path: 'S' };
  return routesOf(
    [
      {
        ...base,
        logicalId: 'Int',
        type: 'AWS::ApiGatewayV2::Integration',
        properties: { ApiId: 'api', IntegrationUri: 'arn:aws:lambda:r:1:function:f' },
      },
      ...keys.map((RouteKey, index) => ({
        ...base,
        logicalId: `R${index}`,
        type: 'AWS::ApiGatewayV2::Route',
        properties: { ApiId: 'api', RouteKey, Target: 'integrations/S-Int' },
      })),
    ],
    'api',
  );
}

test.each([
  ['GET', '/v1/services/special', 'GET /v1/services/special'],
  ['PUT', '/v1/services/special', 'PUT /v1/services/{name}'],
  ['GET', '/v1/services/other', 'GET /v1/services/{name}'],
  ['POST', '/v1/services/a%2Fb/check', 'POST /v1/services/{name}/check'],
  ['GET', '/v1/services/other/more', 'GET /v1/{proxy+}'],
])('%s %s takes the most specific route', (method, path, key) => {
  expect(matchRoute(routes(KEYS), method, path)?.route.key).toBe(key);
});

test.each(['$default', 'ANY /v1/a', 'GET /v1/{proxy+}/a'])('a route such as %s is refused', (key) => {
  expect(() => routes([key])).toThrow('is not run here');
});

test('a greedy variable takes the rest of the path', () => {
  const found = matchRoute(routes(KEYS), 'GET', '/v1/tile/entries/x001/067.p/8');
  expect(found?.pathParameters).toEqual({ proxy: 'tile/entries/x001/067.p/8' });
});

test('a path that no route has matches nothing', () => {
  expect(matchRoute(routes(['GET /a/{b}']), 'GET', '/a')).toBeUndefined();
  expect(matchRoute(routes(['GET /a/{b}']), 'GET', '/a/')).toBeUndefined();
  expect(matchRoute(routes(['GET /a/{b}']), 'POST', '/a/b')).toBeUndefined();
  expect(matchRoute(routes(['GET /a.b']), 'GET', '/aXb')).toBeUndefined();
});

test('a path variable comes back as it was before it was encoded', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (name) => {
      fc.pre(name.isWellFormed() && name !== '.' && name !== '..');
      const path = `/v1/services/${encodeURIComponent(name)}`;
      const found = matchRoute(routes(['GET /v1/services/{name}']), 'GET', path);
      expect(found?.pathParameters).toEqual({ name });
    }),
  );
});

test('the order in which routes are declared changes nothing', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray(KEYS, { minLength: KEYS.length }), (keys) => {
      expect(matchRoute(routes(keys), 'GET', '/v1/services/x')?.route.key).toBe('GET /v1/services/{name}');
    }),
  );
});
