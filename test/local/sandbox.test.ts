import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../local/sandbox/sandbox.ts';
import { until } from './deployer/world.ts';

const SECRETS = {
  github: 'github-token',
  argocd: 'argocd-token',
  slack: 'slack-token',
  githubWebhook: 'github-secret',
  argocdWebhook: 'argocd-secret',
};
const folder = mkdtempSync(join(tmpdir(), 'holdfast-sandbox-'));
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function begin(name: string): Promise<Sandbox> {
  const sandbox = await startSandbox({
    dataDir: join(folder, name),
    secrets: SECRETS,
    speed: 10,
    log: () => undefined,
  });
  closers.push(sandbox.close);
  return sandbox;
}

function reaches(sandbox: Sandbox, revision: string, status: string) {
  return until(
    () => sandbox.deployer.snapshot('checkout-staging'),
    (each) => each?.deployed === revision && each.health.status === status,
  );
}

test('a service is added healthy, broken by a promotion, and mended by promoting what ran before', async () => {
  const sandbox = await begin('one');
  const good = await sandbox.addService({ name: 'checkout', environment: 'staging' });
  await reaches(sandbox, good, 'Healthy');
  const bad = await sandbox.release('checkout', 'crashing', 'Join the other replicas');
  await sandbox.promote('checkout', 'staging', bad);
  const broken = await reaches(sandbox, bad, 'Degraded');
  expect(broken?.replicas).toMatchObject({ desired: 3, available: 1 });
  await sandbox.promote('checkout', 'staging', good);
  await reaches(sandbox, good, 'Healthy');
  expect(sandbox.deployer.snapshot('checkout-staging')?.history.map((sync) => sync.revision)).toEqual([
    good,
    bad,
    good,
  ]);
});

test('a sandbox that starts again on its folder deploys what it deployed, and commits nothing anew', async () => {
  const first = await begin('two');
  await first.addService({ name: 'checkout', environment: 'staging' });
  const next = await first.release('checkout', 'slow', 'Look up each line');
  await first.promote('checkout', 'staging', next);
  await reaches(first, next, 'Healthy');
  const head = await first.forge.head('acme/gitops', 'main');
  for (const close of closers.splice(0)) await close();
  const again = await begin('two');
  expect(await again.addService({ name: 'checkout', environment: 'staging' })).toBe(next);
  await reaches(again, next, 'Healthy');
  expect(await again.forge.head('acme/gitops', 'main')).toBe(head);
});

test("the forge runs the repositories' own checks: red for the red revision, green for the others and for manifests", async () => {
  const sandbox = await begin('three');
  const good = await sandbox.addService({ name: 'checkout', environment: 'staging' });
  const red = await sandbox.release('checkout', 'red', 'Simplify the total');
  const manifest = await sandbox.promote('checkout', 'staging', good);
  await sandbox.forge.idle();
  const conclusions = async (repository: string, sha: string) => {
    const response = await fetch(`${sandbox.forge.url}/repos/${repository}/commits/${sha}/check-runs`, {
      headers: { authorization: `Bearer ${SECRETS.github}` },
    });
    const { check_runs } = JSON.parse(await response.text());
    return check_runs.map((run: { name: string; conclusion: string }) => `${run.name} ${run.conclusion}`);
  };
  expect(await conclusions('acme/checkout', good)).toEqual(['unit success']);
  expect(await conclusions('acme/checkout', red)).toEqual(['unit failure']);
  expect(await conclusions('acme/gitops', manifest)).toEqual(['manifests success']);
});
