import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Deployer } from '../../../local/sandbox/deployer/deployer.ts';
import { type Load, startLoad } from '../../../local/sandbox/load/load.ts';
import { prometheusHistory } from '../../../shared/adapters/prometheus/prometheus-history.ts';
import { applicationOf, makeWorld, until } from '../../local/deployer/world.ts';

const TARGET = { service: 'checkout', environment: 'staging', application: 'checkout-staging' };
const world = makeWorld();
let deployer: Deployer;
let load: Load;

beforeAll(async () => {
  deployer = await world.start();
  load = await startLoad({ token: 'metrics', requestsPerSecond: 100, now: Date.now, log: () => undefined });
});
afterAll(async () => {
  await load.close();
  await deployer.close();
  world.remove();
});

function history(token = 'metrics') {
  return prometheusHistory({ baseUrl: load.prometheusUrl, token, now: Date.now, firstWaitMs: 10 });
}

/** The uptime of a revision since a time, once so many requests were measured. */
function uptimeOf(revision: string, from: string, samples: number) {
  return until(
    () => history().uptime(TARGET, { revision, from, to: new Date().toISOString() }),
    (uptime) => (uptime?.samples ?? 0) >= samples,
  );
}

async function deploy(revision: string): Promise<string> {
  const from = new Date().toISOString();
  world.promote('checkout', 'staging', revision);
  await until(
    () => deployer.snapshot('checkout-staging'),
    (each) => each?.deployed === revision && each.health.status !== 'Progressing',
  );
  return from;
}

test('a good revision is measured above 99 %, a flaky one below it, each over its own requests', async () => {
  const good = world.release('checkout', 'good');
  await deployer.addApplication(applicationOf('checkout'));
  load.addTarget({
    name: 'checkout-staging',
    ...TARGET,
    endpoints: () => deployer.endpoints('checkout-staging'),
  });
  const goodFrom = await deploy(good);
  const goodUptime = await uptimeOf(good, goodFrom, 150);
  expect(goodUptime?.fraction).toBeGreaterThan(0.99);

  const flaky = world.release('checkout', 'flaky');
  await deploy(flaky);
  const flakyUptime = await uptimeOf(flaky, goodFrom, 150);
  expect(flakyUptime?.fraction).toBeGreaterThan(0.85);
  expect(flakyUptime?.fraction).toBeLessThan(0.97);
  // measured again over everything, the good revision is what it was
  expect((await uptimeOf(good, goodFrom, 150))?.fraction).toBeGreaterThan(0.99);
});

test('a revision of which nothing was measured has no uptime', async () => {
  const window = { from: '2026-01-01T00:00:00Z', to: '2026-01-01T01:00:00Z' };
  expect(await history().uptime(TARGET, { revision: 'a'.repeat(40), ...window })).toBeUndefined();
  expect(
    await history().uptime(TARGET, { revision: 'a'.repeat(40), from: window.to, to: window.from }),
  ).toBeUndefined();
});

test('a wrong token is PermissionDenied, an outage is Unavailable', async () => {
  const window = { revision: 'a', from: '2026-01-01T00:00:00Z', to: '2026-01-01T01:00:00Z' };
  await expect(history('stolen').uptime(TARGET, window)).rejects.toMatchObject({ name: 'PermissionDenied' });
  load.fail(503);
  await expect(history().uptime(TARGET, window)).rejects.toMatchObject({ name: 'Unavailable' });
  load.fail();
});
