import { globSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Route } from '../../functions/runtime/http.ts';
import { ROLES, type Role } from '../../shared/approvals/contract.ts';
import { ROOT } from '../conventions/tree.ts';
import { startIssuer } from '../shared/adapters/jwt/test-issuer.ts';
import { type Gateway, startGateway } from './gateway.ts';

/** Every route that asks nobody who calls, with the reason why it may. */
const PUBLIC: Readonly<Record<string, string>> = {
  'GET /v1/health': 'says that the API answers, and which version it is',
  'GET /v1/ledger/checkpoint': 'a root and signatures, so that a stranger can check the ledger (api.md)',
  'GET /v1/ledger/key': 'the public half of the key that signs it',
  'GET /v1/ledger/key/{generation}': 'the statement that leads from one of its keys to the next',
  'GET /v1/ledger/tile/{proxy+}':
    'hashes, and entries of ids, times and commitments (SECURITY.md says what they reveal)',
  'GET /v1/metrics': 'wants a token of its own, which a Prometheus can send and rotate',
  'GET /v1/openapi.json': 'says what stands in this repository',
  'POST /v1/webhooks/{source}': 'proves itself by the signature or token of its sender',
  'OPTIONS /v1/webhooks/{source}': 'the handshake of CloudEvents, proved like the delivery',
};
/** How ids of a family begin. */
const ID_OF: Readonly<Record<string, string>> = { approvals: 'apr', deployments: 'dep', rollouts: 'rol' };
const ULID = '01JD0000000000000000000000';

let gateway: Gateway;
let foreign: Awaited<ReturnType<typeof startIssuer>>;
let specs: ReadonlyMap<string, Route>;
beforeAll(async () => {
  gateway = await startGateway();
  foreign = await startIssuer();
  specs = await declaredRoutes();
}, 120_000);
afterAll(() => {
  gateway.close();
  foreign.stop();
});

/** Every route that some file of the runtime declares, by its key. */
async function declaredRoutes(): Promise<ReadonlyMap<string, Route>> {
  const files = globSync('functions/runtime/*-routes.ts', { cwd: ROOT });
  const modules = await Promise.all(files.map((file) => import(join(ROOT, file))));
  const found = modules.flatMap((module) => Object.values<unknown>(module).flat()).filter(isRoute);
  return new Map(found.map((spec) => [`${spec.method} ${spec.path}`, spec]));
}

function isRoute(value: unknown): value is Route {
  return typeof value === 'object' && value !== null && 'method' in value && 'path' in value;
}

function call(key: string, authorization?: string): Promise<Response> {
  const [method = '', template = ''] = key.split(' ');
  const path = template
    .replace('{id}', `${ID_OF[template.split('/')[2] ?? ''] ?? 'rbk'}_${ULID}`)
    .replace('{verb}', 'abort')
    .replace('{source}', 'alertmanager')
    .replaceAll(/\{\w+\}/g, 'shop');
  return fetch(`${gateway.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(authorization !== undefined && { authorization }) },
    ...(method !== 'GET' && method !== 'OPTIONS' && { body: '{}' }),
  });
}

const guarded = () => gateway.routes.filter(({ key }) => PUBLIC[key] === undefined);

/** What a call of every guarded route answers, by route. */
async function statuses(authorization?: string): Promise<Readonly<Record<string, number>>> {
  const answered = guarded().map(async ({ key }) => [key, (await call(key, authorization)).status] as const);
  return Object.fromEntries(await Promise.all(answered));
}

const allOf = (status: number) => Object.fromEntries(guarded().map(({ key }) => [key, status]));

test('every route of the template is guarded but the public ones, and has a role in its declaration', () => {
  expect(gateway.routes.length).toBeGreaterThan(20);
  expect(
    gateway.routes
      .filter((route) => !route.guarded)
      .map(({ key }) => key)
      .sort(),
  ).toEqual(Object.keys(PUBLIC).sort());
  const roleless = guarded().filter(({ key }) => specs.get(key)?.role === undefined);
  expect(roleless).toEqual([]);
});

test('without a token every route answers 401, and neither authorizer nor handler is asked', async () => {
  const before = gateway.invoked.length;
  expect(await statuses()).toEqual(allOf(401));
  expect(gateway.invoked.length).toBe(before);
});

describe('a token that proves nothing gets 401 from every route, and reaches no handler:', () => {
  const admin = ['admin'];
  const bad: Readonly<Record<string, () => string>> = {
    'an expired one': () => gateway.token(admin, { exp: 1_000_000_000 }),
    'one that is not valid yet': () => gateway.token(admin, { nbf: 3_999_999_999 }),
    'one for another audience': () => gateway.token(admin, { aud: 'another' }),
    'one of a foreign issuer': () =>
      foreign.token({ sub: 'anna', aud: gateway.audience, 'cognito:groups': admin }),
    'one that a foreign key signed in the name of our issuer': () =>
      foreign.token({
        iss: gateway.issuer.issuer,
        sub: 'anna',
        aud: gateway.audience,
        'cognito:groups': admin,
      }),
    'one whose claims were changed after it was signed': () => {
      const [header, , signature] = gateway.token(['viewer']).split('.');
      return [header, gateway.token(admin).split('.')[1], signature].join('.');
    },
    'one with alg none': () => {
      const [, claims] = gateway.token(admin).split('.');
      return `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${claims}.`;
    },
    'one with alg none and a signature': () => gateway.token(admin, {}, { alg: 'none' }),
    'one signed with the public key as if it were a secret': () => gateway.token(admin, {}, { alg: 'HS256' }),
    'one of a key that nobody published': () => gateway.token(admin, {}, { kid: 'two' }),
    'one without a subject': () => gateway.token(admin, { sub: undefined }),
    'no token at all': () => 'x',
  };

  test.each(Object.keys(bad))('%s', async (name) => {
    const before = gateway.invoked.length;
    expect(await statuses(`Bearer ${bad[name]?.()}`)).toEqual(allOf(401));
    expect(new Set(gateway.invoked.slice(before))).toEqual(new Set(['authorize-request']));
  });

  test('a sound one under another scheme than Bearer', async () => {
    expect(await statuses(`Basic ${gateway.token(admin)}`)).toEqual(allOf(401));
  });
});

describe('a sound token opens what its role may, and nothing else:', () => {
  /** Not 401, not 403, and an answer of the handler: what is behind it is not there in this test. */
  const opened = async (key: string, authorization: string) => {
    const answer = await call(key, authorization);
    const ours = answer.headers.has('x-correlation-id');
    return answer.status !== 401 && answer.status !== 403 && ours ? 'opened' : answer.status;
  };
  const table = async (authorization: string) =>
    Object.fromEntries(
      await Promise.all(guarded().map(async ({ key }) => [key, await opened(key, authorization)] as const)),
    );
  const expected = (role: Role | undefined) =>
    Object.fromEntries(
      guarded().map(({ key }) => {
        const needed = specs.get(key)?.role ?? 'admin';
        const may = role !== undefined && ROLES.indexOf(role) >= ROLES.indexOf(needed);
        return [key, may ? 'opened' : 403];
      }),
    );

  test.each(ROLES)('%s', async (role) => {
    expect(await table(`Bearer ${gateway.token([role])}`)).toEqual(expected(role));
  });

  test.each([
    ['no group', [], {}],
    ['a group that is no role of ours', ['administrators', 'ADMIN', 'root'], {}],
    ['a role that the token claims for itself', [], { role: 'admin', roles: ['admin'], groups: ['admin'] }],
  ])('%s opens nothing', async (_, groups, claims) => {
    expect(await table(`Bearer ${gateway.token(groups, claims)}`)).toEqual(expected(undefined));
  });

  test('the highest of several roles counts', async () => {
    expect(await table(`Bearer ${gateway.token(['viewer', 'operator', 'unknown'])}`)).toEqual(
      expected('operator'),
    );
  });
});

test('headers in which a caller says who it is are believed by nobody', async () => {
  const answer = await fetch(`${gateway.url}/v1/services`, {
    headers: { 'x-holdfast-role': 'admin', 'x-amzn-oidc-identity': 'anna', 'x-forwarded-user': 'anna' },
  });
  expect(answer.status).toBe(401);
});

test('a refusal names the role that is missing, as problem+json with the correlation id that was sent', async () => {
  const answer = await fetch(`${gateway.url}/v1/kill-switch`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${gateway.token(['viewer'])}`, 'x-correlation-id': 'cor-12345678' },
    body: '{}',
  });
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(await answer.json()).toMatchObject({ status: 403, correlationId: 'cor-12345678' });
});
