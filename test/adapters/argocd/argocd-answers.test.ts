import { expect, test } from 'vitest';
import { argocdHealth } from '../../../shared/adapters/argocd/argocd-health.ts';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const TARGET = { service: 'checkout', environment: 'staging', application: 'checkout-staging' };

/** A health reader over answers that are given in turn, and the requests it sent. */
function over(...answers: readonly (() => Response)[]) {
  const asked: { url: string; authorization: string | null }[] = [];
  const health = argocdHealth({
    baseUrl: 'https://argocd.example.org/root/',
    token: 'secret',
    now: () => 0,
    firstWaitMs: 1,
    fetch: async (url, init) => {
      const headers = new Headers(init?.headers);
      asked.push({ url: String(url), authorization: headers.get('authorization') });
      const answer = answers[Math.min(asked.length, answers.length) - 1];
      if (answer === undefined) throw new Error('no answer was prepared');
      return answer();
    },
  });
  return { health, asked };
}

const json =
  (body: unknown, status = 200, headers = {}) =>
  () =>
    new Response(JSON.stringify(body), { status, headers });
const application = (status: unknown) => json({ metadata: { name: 'checkout-staging' }, status });
const DEPLOYMENT = { group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'shop', name: 'web' };

test('the base path, the token and the Deployment the application lists are used', async () => {
  const manifest = JSON.stringify({ kind: 'Deployment', spec: {}, status: {} });
  const { health, asked } = over(application({ resources: [DEPLOYMENT] }), json({ manifest }));
  const read = await health.read({ ...TARGET, application: 'a/b?c' });
  expect(asked.map((each) => each.url)).toEqual([
    'https://argocd.example.org/root/api/v1/applications/a%2Fb%3Fc',
    'https://argocd.example.org/root/api/v1/applications/a%2Fb%3Fc/resource?resourceName=web&namespace=shop&group=apps&version=v1&kind=Deployment',
  ]);
  expect(asked.every((each) => each.authorization === 'Bearer secret')).toBe(true);
  // Kubernetes' defaults: one replica wanted, and zero is left out of the status
  expect(read).toMatchObject({ desired: 1, available: 0, health: 'Unknown', sync: 'Unknown' });
});

test('several Deployments of other names give no replica counts rather than a guess', async () => {
  const { health, asked } = over(application({ resources: [DEPLOYMENT, { ...DEPLOYMENT, name: 'worker' }] }));
  expect(await health.read(TARGET)).not.toHaveProperty('desired');
  expect(asked).toHaveLength(1);
});

test('out of sync, the revision is the one last rolled out and not the one compared with', async () => {
  const { health } = over(
    application({
      health: { status: 'Degraded' },
      sync: { status: 'OutOfSync', revision: B },
      operationState: { syncResult: { revision: A } },
    }),
  );
  expect(await health.read(TARGET)).toMatchObject({ revision: A, sync: 'OutOfSync', health: 'Degraded' });
});

test('a chart version is no revision, and a health status nobody knows is Unknown', async () => {
  const { health } = over(
    application({ health: { status: 'Sleepy' }, sync: { status: 'Synced', revision: '1.2.3' } }),
  );
  const read = await health.read(TARGET);
  expect(read.health).toBe('Unknown');
  expect(read).not.toHaveProperty('revision');
});

test('repeated syncs of a revision are one window, and entries in disorder are put in order', async () => {
  const { health } = over(
    application({
      history: [
        { id: 2, revision: B, deployedAt: '2026-01-03T00:00:00Z' },
        { id: 0, revision: A, deployedAt: '2026-01-01T00:00:00Z' },
        { id: 1, revision: A, deployedAt: '2026-01-02T00:00:00+01:00' },
      ],
    }),
  );
  expect(await health.deployments(TARGET)).toEqual([
    { revision: A, from: '2026-01-01T00:00:00.000Z', to: '2026-01-03T00:00:00.000Z' },
    { revision: B, from: '2026-01-03T00:00:00.000Z' },
  ]);
});

test('a 5xx and a lost connection are tried again, four times in all, and are Unavailable then', async () => {
  const lost = () => {
    throw new TypeError('fetch failed');
  };
  const { health, asked } = over(json({}, 503), lost, json({}, 502), json({}, 500));
  await expect(health.read(TARGET)).rejects.toMatchObject({ name: 'Unavailable' });
  expect(asked).toHaveLength(4);
});

test('a transient failure that passes is not seen by the caller', async () => {
  const { health, asked } = over(json({}, 503), application({ health: { status: 'Healthy' } }));
  expect(await health.read(TARGET)).toMatchObject({ health: 'Healthy' });
  expect(asked).toHaveLength(2);
});

test('an answer that does not come in time is Unavailable', async () => {
  const health = argocdHealth({
    baseUrl: 'http://argocd.example.org',
    token: 't',
    now: () => 0,
    firstWaitMs: 1,
    timeoutMs: 5,
    fetch: (_, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
      }),
  });
  await expect(health.read(TARGET)).rejects.toMatchObject({ name: 'Unavailable' });
});

test.each([
  ['PermissionDenied', json({}, 401)],
  ['PermissionDenied', json({}, 403)],
  ['NotFound', json({}, 404)],
  ['RateLimited', json({}, 429, { 'retry-after': '7' })],
  ['Malformed', json({}, 400)],
  ['Malformed', () => new Response('<html>')],
  ['Malformed', json({ metadata: { name: 'x' }, status: { history: [{ deployedAt: 'yesterday' }] } })],
])('%s is given at once, without another attempt (%#)', async (name, answer) => {
  const { health, asked } = over(answer);
  await expect(health.read(TARGET)).rejects.toMatchObject({ name });
  expect(asked).toHaveLength(1);
});

test.each([
  ['7', 7],
  ['1e15', 3600],
  ['Infinity', undefined],
  ['-1', undefined],
  ['', undefined],
  ['Wed, 21 Oct 2026 07:28:00 GMT', undefined],
])(
  'a rate limit of %j says how many seconds to wait, where they can be waited for',
  async (said, seconds) => {
    const { health } = over(json({}, 429, { 'retry-after': said }));
    await expect(health.read(TARGET)).rejects.toMatchObject({
      ...{ name: 'RateLimited', retryAfterSeconds: seconds },
    });
  },
);
