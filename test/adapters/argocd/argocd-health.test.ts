import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Dependency, startDependency } from '../../../local/sandbox/deployer/dependency.ts';
import type { Deployer } from '../../../local/sandbox/deployer/deployer.ts';
import { argocdHealth } from '../../../shared/adapters/argocd/argocd-health.ts';
import type { HealthReading } from '../../../shared/ports/health.ts';
import { applicationOf, makeWorld, TOKEN, until } from '../../local/deployer/world.ts';

const world = makeWorld();
let deployer: Deployer;
let dependency: Dependency;

beforeAll(async () => {
  dependency = await startDependency();
  deployer = await world.start();
});
afterEach(() => deployer.fail());
afterAll(async () => {
  await deployer.close();
  await dependency.stop();
  world.remove();
});

const target = (service: string) => ({
  service,
  environment: 'staging',
  application: `${service}-staging`,
});

function health(token = TOKEN) {
  return argocdHealth({ baseUrl: deployer.url, token, now: Date.now, firstWaitMs: 10 });
}

function reading(service: string, satisfied: (reading: HealthReading) => boolean): Promise<HealthReading> {
  return until(() => health().read(target(service)), satisfied);
}

test('a good revision is Healthy with every replica available', async () => {
  const good = world.release('checkout', 'good');
  world.promote('checkout', 'staging', good);
  await deployer.addApplication(applicationOf('checkout'));
  const read = await reading('checkout', (each) => each.health === 'Healthy');
  expect(read).toEqual({
    health: 'Healthy',
    sync: 'Synced',
    revision: good,
    desired: 3,
    available: 3,
    observedAt: expect.stringMatching(/Z$/),
  });
});

test('a crashing revision is Degraded with one of three replicas, and its window follows the good one', async () => {
  const good = world.release('basket', 'good');
  world.promote('basket', 'staging', good);
  await deployer.addApplication(applicationOf('basket'));
  await reading('basket', (each) => each.health === 'Healthy');
  const bad = world.release('basket', 'crashing');
  world.promote('basket', 'staging', bad);
  const read = await reading('basket', (each) => each.health === 'Degraded');
  expect(read).toMatchObject({ sync: 'Synced', revision: bad, desired: 3, available: 1 });
  const windows = await health().deployments(target('basket'));
  expect(windows.map((window) => window.revision)).toEqual([good, bad]);
  expect(windows[0]?.to).toBe(windows[1]?.from);
  expect(windows[1]?.to).toBeUndefined();
});

test('a service that loses its dependency degrades to no replica and heals when the dependency is back', async () => {
  const revision = world.release('orders', 'dependent');
  world.promote('orders', 'staging', revision);
  await deployer.addApplication(applicationOf('orders', { dependencyUrl: dependency.url }));
  await reading('orders', (each) => each.health === 'Healthy');
  await dependency.stop();
  await reading('orders', (each) => each.health === 'Degraded' && each.available === 0);
  await dependency.start();
  expect(await reading('orders', (each) => each.health === 'Healthy')).toMatchObject({
    available: 3,
    revision,
  });
});

test('an application without a manifest is Missing, out of sync with nothing and without a revision', async () => {
  await deployer.addApplication(applicationOf('ghost'));
  const read = await reading('ghost', (each) => each.health === 'Missing');
  expect(read).toEqual({ health: 'Missing', sync: 'Unknown', observedAt: expect.any(String) });
  expect(await health().deployments(target('ghost'))).toEqual([]);
});

test('a wrong token and a refusal are PermissionDenied, an unknown application is NotFound', async () => {
  await expect(health('stolen').read(target('checkout'))).rejects.toMatchObject({ name: 'PermissionDenied' });
  await expect(health().read(target('nobody'))).rejects.toMatchObject({ name: 'NotFound' });
  deployer.fail(403);
  await expect(health().read(target('checkout'))).rejects.toMatchObject({ name: 'PermissionDenied' });
});
