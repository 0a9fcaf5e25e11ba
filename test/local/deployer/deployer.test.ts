import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { manifestText } from '../../../local/sandbox/services/gitops.ts';
import { closeAll, deployed, later } from './deployed.ts';
import { applicationOf, makeWorld, TOKEN, until } from './world.ts';

afterEach(closeAll);

test('a rollout never stops answering: until the first new replica is ready, an old one answers', async () => {
  const { world, deployer, revision } = await deployed();
  const next = world.release('checkout', 'good');
  world.promote('checkout', 'staging', next);
  const seen = new Set<number>();
  await until(
    () => {
      seen.add(deployer.endpoints('checkout-staging').ready.length);
      return deployer.snapshot('checkout-staging');
    },
    (snapshot) => snapshot?.deployed === next && snapshot.health.status === 'Healthy',
  );
  expect(seen.has(0)).toBe(false);
  const { ready } = deployer.endpoints('checkout-staging');
  expect(ready.map((each) => each.revision)).toEqual([next, next, next]);
  expect(revision).not.toBe(next);
});

test('a manifest that names no commit leaves what runs running and says why', async () => {
  const { world, deployer, revision } = await deployed();
  world.promote('checkout', 'staging', 'f'.repeat(40));
  const snapshot = await until(
    () => deployer.snapshot('checkout-staging'),
    (each) => each?.problem !== undefined,
  );
  expect(snapshot).toMatchObject({ deployed: revision, health: { status: 'Healthy' } });
  expect(snapshot?.problem?.message).toContain('no such commit');
  world.commit('acme/gitops', {
    'apps/checkout/staging.yaml': manifestText({
      service: 'checkout',
      environment: 'staging',
      revision: 'main',
    }),
  });
  await until(
    () => deployer.snapshot('checkout-staging')?.problem?.message,
    (message) => message?.includes('no full commit sha: main') === true,
  );
});

test('a service scaled to nothing is Healthy with none desired, and comes back', async () => {
  const { deployer } = await deployed();
  await deployer.scale('checkout-staging', 0);
  expect(deployer.snapshot('checkout-staging')).toMatchObject({
    health: { status: 'Healthy' },
    replicas: { desired: 0, running: 0, available: 0 },
  });
  await deployer.scale('checkout-staging', 2);
  await until(
    () => deployer.endpoints('checkout-staging').ready.length,
    (count) => count === 2,
  );
});

test('a deployer that starts again runs what git names, with the history it had', async () => {
  const { world, deployer, revision } = await deployed();
  const before = deployer.snapshot('checkout-staging')?.history;
  await deployer.close();
  const again = await world.start({ applications: [applicationOf('checkout')] });
  later(again.close);
  const snapshot = await until(
    () => again.snapshot('checkout-staging'),
    (each) => each?.health.status === 'Healthy',
  );
  expect(snapshot?.deployed).toBe(revision);
  expect(snapshot?.history).toEqual(before);
});

test('a replica ends with the process that started it, however that one ended', async () => {
  const world = makeWorld();
  later(world.remove);
  const good = world.release('checkout', 'good');
  const tree = join(world.folder, 'work/acme/checkout');
  const code = `
    const { spawn } = require('node:child_process');
    const child = spawn(process.execPath, ['server.mjs'], { cwd: ${JSON.stringify(tree)}, env: { PORT: '0', REVISION: '${good}' }, stdio: ['pipe', 'ignore', 'ignore'] });
    console.log(child.pid);
    setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'ignore'] });
  const pid = await new Promise<number>((resolve) =>
    parent.stdout.once('data', (text) => resolve(Number(text))),
  );
  expect(isRunning(pid)).toBe(true);
  parent.kill('SIGKILL');
  await until(
    () => isRunning(pid),
    (running) => !running,
  );
});

/** Of this user, by `/proc` where there is one: a process nobody waited for is no running one. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test('the REST API refuses a missing token and unknown names in the words of Argo CD', async () => {
  const { deployer } = await deployed();
  const get = (path: string, token = TOKEN) =>
    fetch(`${deployer.url}/api/v1/applications${path}`, { headers: { authorization: `Bearer ${token}` } });
  const refused = await get('', 'other');
  expect([refused.status, await refused.json()]).toEqual([
    401,
    { error: 'no session information', code: 16, message: 'no session information' },
  ]);
  expect((await get('/nobody')).status).toBe(404);
  const other = '/checkout-staging/resource?kind=Deployment&resourceName=other&namespace=staging';
  expect(await (await get(other)).json()).toMatchObject({ code: 3 });
  expect(await (await get('')).json()).toMatchObject({ items: [{ metadata: { name: 'checkout-staging' } }] });
});
