import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { githubDeliveries } from '../../../shared/adapters/github/deliveries.ts';
import type { Deliveries } from '../../../shared/ports/deliveries.ts';
import { redeliverMissed } from '../../../shared/signals/index.ts';
import { type Receiver, startReceiver } from '../../local/forge/sandbox.ts';
import { REPOSITORY, type Sandbox, startSandbox, TOKEN } from './sandbox.ts';

const PEM = { type: 'pkcs8', format: 'pem' } as const;
const pair = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: PEM,
});
const APP = { appId: 7, installationId: 42 };
const SECRET = JSON.stringify({ ...APP, privateKey: pair.privateKey });
const HOUR_AGO = () => new Date(Date.now() - 3_600_000).toISOString();

let sandbox: Sandbox;
let receiver: Receiver;
let deliveries: Deliveries;
beforeEach(async () => {
  receiver = await startReceiver();
  sandbox = await startSandbox({
    app: { ...APP, publicKey: pair.publicKey },
    webhook: { url: receiver.url, secret: 's' },
  });
  deliveries = listOf(SECRET);
  await sandbox.forge.idle();
});
afterEach(async () => {
  expect(sandbox.forge.violations()).toEqual([]);
  await sandbox.close();
  receiver.close();
});

function listOf(secret: string): Deliveries {
  const where = { baseUrl: sandbox.forge.url, now: Date.now, firstWaitMs: 5 };
  return githubDeliveries({ ...where, secret: async () => secret });
}
const sweep = () => redeliverMissed({ deliveries, clock: Date.now });
const guids = () => receiver.received.map(({ headers }) => headers['x-github-delivery']);

async function commits(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    await sandbox.forge.commit(REPOSITORY, 'line', { 'n.txt': String(i) }, `feat: ${i}`);
  }
  await sandbox.forge.idle();
}

test('deliveries are listed newest first, with what became of each', async () => {
  sandbox.forge.loseDeliveries(1);
  await commits(2);
  const [newest, lost] = (await deliveries.list(HOUR_AGO())) ?? [];
  expect(newest).toMatchObject({ event: 'push', received: true });
  expect(lost).toMatchObject({ event: 'push', received: false });
  expect(guids()).toContain(newest?.guid);
  expect(guids()).not.toContain(lost?.guid);
});

test('more deliveries than a page holds are all listed, back to the time that was asked for', async () => {
  await sandbox.forge.commit(REPOSITORY, 'talk', { 'n.txt': '1' }, 'feat: talk');
  const number = await sandbox.forge.openPull({
    repository: REPOSITORY,
    login: 'ada',
    head: 'talk',
    title: 'Talk',
  });
  for (let i = 0; i < 104; i += 1) {
    await sandbox.forge.comment({ repository: REPOSITORY, number, login: 'ada', body: `${i}` });
  }
  await sandbox.forge.idle();
  const all = (await deliveries.list(HOUR_AGO())) ?? [];
  expect(new Set(all.map(({ id }) => id)).size).toBe(sandbox.forge.deliveries().length);
  expect(all.length).toBeGreaterThan(104);
  expect(await deliveries.list(new Date(Date.now() + 60_000).toISOString())).toEqual([]);
});

test('what got lost arrives after the sweep under the same id, and the next sweep finds nothing', async () => {
  sandbox.forge.loseDeliveries(2);
  await commits(3);
  const lost = ((await deliveries.list(HOUR_AGO())) ?? []).filter(({ received }) => !received);
  expect(await sweep()).toEqual({ kind: 'swept', missed: 2, redelivered: 2 });
  await sandbox.forge.idle();
  expect(guids()).toEqual(expect.arrayContaining(lost.map(({ guid }) => guid)));
  expect(await sweep()).toEqual({ kind: 'swept', missed: 0, redelivered: 0 });
});

test('an attempt that the forge does not have is NotFound', async () => {
  await expect(deliveries.redeliver(999_999)).rejects.toMatchObject({ name: 'NotFound' });
});

test('with a plain token there is no list, and nothing is asked', async () => {
  expect(await listOf(TOKEN).list(HOUR_AGO())).toBeUndefined();
  expect(sandbox.forge.requests()['apps/list-webhook-deliveries']).toBeUndefined();
});
