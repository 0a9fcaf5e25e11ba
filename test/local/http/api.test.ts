import { createHash, createPublicKey, verify } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fixture, startFixture } from '../aws/fixture.ts';

const API = { Ref: 'Api' };
const permission = (name: string) => ({
  Type: 'AWS::Lambda::Permission',
  Properties: {
    Action: 'lambda:InvokeFunction',
    FunctionName: { 'Fn::GetAtt': [name, 'Arn'] },
    Principal: 'apigateway.amazonaws.com',
  },
});
const route = (RouteKey: string, integration: string, own: object = {}) => ({
  Type: 'AWS::ApiGatewayV2::Route',
  Properties: {
    ApiId: API,
    RouteKey,
    Target: { 'Fn::Join': ['/', ['integrations', { Ref: integration }]] },
    ...own,
  },
});
const integration = (name: string) => ({
  Type: 'AWS::ApiGatewayV2::Integration',
  Properties: { ApiId: API, IntegrationUri: { 'Fn::GetAtt': [name, 'Arn'] }, TimeoutInMillis: 2500 },
});
const RESOURCES = {
  Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'Api', ProtocolType: 'HTTP' } },
  EchoIntegration: integration('Echo'),
  RawIntegration: integration('Raw'),
  Authorizer: {
    Type: 'AWS::ApiGatewayV2::Authorizer',
    Properties: {
      ApiId: API,
      AuthorizerType: 'REQUEST',
      AuthorizerPayloadFormatVersion: '2.0',
      EnableSimpleResponses: true,
      IdentitySource: ['$request.header.Authorization'],
      AuthorizerUri: { 'Fn::GetAtt': ['Guard', 'Arn'] },
    },
  },
  EchoRoute: route('POST /echo/{name}', 'EchoIntegration'),
  RawRoute: route('POST /raw', 'RawIntegration'),
  GuardedRoute: route('GET /guarded', 'EchoIntegration', { AuthorizerId: { Ref: 'Authorizer' } }),
  MayEcho: permission('Echo'),
  MayRaw: permission('Raw'),
  MayGuard: permission('Guard'),
  People: { Type: 'AWS::Cognito::UserPool' },
  Client: { Type: 'AWS::Cognito::UserPoolClient', Properties: { UserPoolId: { Ref: 'People' } } },
};
const FUNCTIONS = {
  Echo: { source: 'export const handler = async (event) => event;' },
  Raw: {
    source: `export const handler = async ({ body }) => {
      if (body === 'slow') await new Promise((r) => setTimeout(r, 6000));
      if (body === 'bad') throw new Error('secret detail');
      return JSON.parse(body); };`,
  },
  Guard: {
    source: `export const handler = async ({ identitySource: [who], routeArn }) => {
      if (who === 'throw') throw new Error('Unauthorized');
      if (who === 'nonsense') return 'yes';
      return { isAuthorized: who === 'ann', context: { person: who } }; };`,
  },
};

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture(RESOURCES, FUNCTIONS);
});
afterAll(() => fixture.end());

const post = (path: string, body: string | Buffer, headers: Record<string, string> = {}) =>
  fetch(`${fixture.cloud.api}${path}`, {
    method: 'POST',
    body: new Uint8Array(Buffer.from(body)),
    headers: { 'content-type': 'application/json', ...headers },
  });

const fetchJson = async (url: string, init?: RequestInit) =>
  JSON.parse(await (await fetch(url, init)).text());

test('a request reaches the function in payload format 2.0, its text byte for byte', async () => {
  const body = '{ "a" :\t"ü€😀" }\n';
  const answer = await post('/echo/a%20b?x=1&y=2&x=3', body, { 'X-Own': 'v', cookie: 'k=1; l=2' });
  expect(await answer.json()).toMatchObject({
    version: '2.0',
    routeKey: 'POST /echo/{name}',
    rawQueryString: 'x=1&y=2&x=3',
    queryStringParameters: { x: '1,3', y: '2' },
    pathParameters: { name: 'a b' },
    cookies: ['k=1', 'l=2'],
    headers: { 'x-own': 'v', 'content-type': 'application/json' },
    requestContext: { http: { method: 'POST', sourceIp: '127.0.0.1' }, stage: '$default' },
    body,
    isBase64Encoded: false,
  });
});

test('a header that is sent twice is joined by a comma', async () => {
  const text = await new Promise<string>((resolve, reject) => {
    const headers = ['host', 'x', 'x-two', 'a', 'X-Two', 'b', 'content-length', '0'];
    request(`${fixture.cloud.api}/echo/n`, { method: 'POST', headers }, (response) => {
      let said = '';
      response.on('data', (chunk) => {
        said += chunk;
      });
      response.on('end', () => resolve(said));
    })
      .on('error', reject)
      .end();
  });
  expect(JSON.parse(text).headers['x-two']).toBe('a,b');
});

test('bytes that are no text arrive in base64 and whole', async () => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
  const answer = await post('/echo/n', bytes, { 'content-type': 'application/octet-stream' });
  const event = JSON.parse(await answer.text());
  expect(event.isBase64Encoded).toBe(true);
  const sum = (data: Buffer) => createHash('sha256').update(data).digest('hex');
  expect(sum(Buffer.from(event.body, 'base64'))).toBe(sum(bytes));
});

test('status, headers and body come from the function', async () => {
  const answer = await post('/raw', JSON.stringify({ statusCode: 201, headers: { 'X-A': 1 }, body: 'ü' }));
  expect([answer.status, answer.headers.get('x-a'), await answer.text()]).toEqual([201, '1', 'ü']);
});

test('a body in base64 is answered as the bytes that it stands for', async () => {
  const body = Buffer.from([0, 255, 128]).toString('base64');
  const headers = { 'content-type': 'application/octet-stream' };
  const answer = await post(
    '/raw',
    JSON.stringify({ statusCode: 200, headers, body, isBase64Encoded: true }),
  );
  expect([...new Uint8Array(await answer.arrayBuffer())]).toEqual([0, 255, 128]);
  expect([answer.headers.get('content-type'), answer.headers.get('content-length')]).toEqual([
    'application/octet-stream',
    '3',
  ]);
});

test.each([
  ['a function that fails', 'bad', 500, 'Internal Server Error'],
  ['a status that is none', '{"statusCode":"many"}', 500, 'Internal Server Error'],
  ['a cookie', '{"statusCode":200,"cookies":["a=b"]}', 500, 'Internal Server Error'],
  ['a function that is too slow', 'slow', 503, 'Service Unavailable'],
])('%s is answered by the gateway and tells nothing', async (_, body, status, message) => {
  const answer = await post('/raw', body);
  expect([answer.status, await answer.json()]).toEqual([status, { message }]);
});

test('what has no route is 404, what is over 10 MB is 413', async () => {
  expect((await post('/nowhere', '{}')).status).toBe(404);
  expect((await post('/raw', Buffer.alloc(10 * 1024 * 1024 + 1))).status).toBe(413);
});

test.each(['%ZZ', '%', '%ed%a0%80', '%c3'])('%j is no percent-encoding of UTF-8: 400', async (name) => {
  const answer = await post(`/echo/${name}`, '{}');
  expect([answer.status, await answer.json()]).toEqual([400, { message: 'Bad Request' }]);
});

test.each([
  ['nobody', undefined, 401, { message: 'Unauthorized' }],
  ['whom the authorizer does not know', 'throw', 401, { message: 'Unauthorized' }],
  ['whom the authorizer refuses', 'bob', 403, { message: 'Forbidden' }],
  ['when the authorizer talks nonsense', 'nonsense', 500, { message: 'Internal Server Error' }],
])('a guarded route is closed to %s', async (_, who, status, body) => {
  const headers = who === undefined ? {} : { authorization: who };
  const answer = await fetch(`${fixture.cloud.api}/guarded`, { headers });
  expect([answer.status, await answer.json()]).toEqual([status, body]);
});

test("the authorizer's context reaches the function", async () => {
  const answer = await fetch(`${fixture.cloud.api}/guarded`, { headers: { authorization: 'ann' } });
  const event = JSON.parse(await answer.text());
  expect(event.requestContext.authorizer).toEqual({ lambda: { person: 'ann' } });
});

test('a token of the local issuer verifies against its published key', async () => {
  const { issuer } = fixture.cloud;
  const config = await fetchJson(`${issuer}/.well-known/openid-configuration`);
  const { keys } = await fetchJson(config.jwks_uri);
  const body = JSON.stringify({ person: 'ann', groups: ['approver'] });
  const { id_token } = await fetchJson(`${issuer}/token`, { method: 'POST', body });
  const [head = '', claims = '', signature = ''] = id_token.split('.');
  const key = createPublicKey({ key: keys[0], format: 'jwk' });
  const text = Buffer.from(`${head}.${claims}`);
  const sound = verify(
    'sha256',
    text,
    { key, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  expect(sound).toBe(true);
  expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
    iss: issuer,
    aud: 'Test-Client',
    sub: 'ann',
    'cognito:groups': ['approver'],
    token_use: 'id',
  });
});
