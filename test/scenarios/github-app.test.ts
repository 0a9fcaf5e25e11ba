import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freshWorld, type TestWorld } from '../support/local-world.ts';
import { everythingSaid, secretsSaid } from './everything-said.ts';

const pair = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});
/** Other tests run beside these. */
const PATIENCE_MS = 120_000;
const APP = { appId: 7, installationId: 42 };

let world: TestWorld;
beforeAll(async () => {
  world = await freshWorld();
  const { argocd, prometheus } = world.secrets;
  world.sandbox.forge.installApp({ ...APP, publicKey: pair.publicKey });
  await world.cloud.call('secretsmanager', 'PutSecretValue', {
    SecretId: world.cloud.outputs['HoldfastControlPlane.IntegrationSecretsArn'],
    SecretString: JSON.stringify({ github: { ...APP, privateKey: pair.privateKey }, argocd, prometheus }),
  });
  await world.sandbox.addService({ name: 'shop', environment: 'staging' });
}, 180_000);
afterAll(() => world.end());

/** A function's name here, as the local cloud gives it. */
function nameOf(resource: TestWorld['cloud']['resources'][number] | undefined): string {
  return `${resource?.stack}-${resource?.logicalId}`;
}

const minted = () => world.sandbox.forge.requests()['apps/create-installation-access-token'] ?? 0;

test(
  'with the credentials of a GitHub App as the secret, Holdfast reads the forge as that app',
  async () => {
    await world.api('PUT', '/v1/services/shop', {
      ...{ tier: 2, owners: ['dana'], repository: 'acme/shop', selectors: [] },
      environments: {
        staging: {
          ...{ platform: 'argocd', application: 'shop-staging' },
          manifest: {
            ...{ repository: 'acme/gitops', branch: 'main', path: 'apps/shop/staging.yaml' },
            pointer: '/spec/source/targetRevision',
          },
        },
      },
    });
    expect(await world.api('POST', '/v1/services/shop/check', {})).toMatchObject({ ok: true });
    expect(minted()).toBeGreaterThanOrEqual(2);
    expect(world.sandbox.forge.violations()).toEqual([]);
  },
  PATIENCE_MS,
);

test(
  'a webhook that got lost is delivered again by the sweep',
  async () => {
    const { forge } = world.sandbox;
    await forge.idle();
    forge.loseDeliveries(1);
    await world.sandbox.release('shop', 'good', 'a change nobody heard of', 'dana');
    await forge.idle();
    const lost = forge.deliveries().find(({ status }) => status === undefined);
    const found = world.cloud.resources.find(({ path }) => path.endsWith('/RedeliverMissed/Resource'));
    await world.cloud.call('lambda', 'Invoke', { FunctionName: nameOf(found), Payload: {} });
    await forge.idle();
    const again = forge.deliveries().filter(({ id }) => id === lost?.id);
    // the schedule may have swept besides: then it came once more, under the same id
    expect([again[0], again.at(-1)]).toMatchObject([
      { redelivery: false },
      { redelivery: true, status: 202 },
    ]);
  },
  PATIENCE_MS,
);

test('neither the key of the app nor a token it was given stands anywhere', async () => {
  expect(minted()).toBeGreaterThanOrEqual(2);
  const said = await everythingSaid(world);
  expect(said.get('logs')).not.toBe('');
  expect(said.get('events')).toContain('"source":"holdfast.services"');
  expect(await secretsSaid(world, said)).toEqual([]);
  const key = pair.privateKey.split('\n').filter((line) => line.length > 20 && !line.includes('-----'));
  for (const [place, text] of said)
    expect(
      key.some((line) => text.includes(line)),
      place,
    ).toBe(false);
});
