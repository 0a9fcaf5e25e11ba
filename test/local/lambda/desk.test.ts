import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startDesk } from '../../../local/sandbox/desk.ts';
import { startSandbox } from '../../../local/sandbox/sandbox.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-desk-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const SECRETS = { github: 'a', argocd: 'b', slack: 'c', githubWebhook: 'd', argocdWebhook: 'e' };

async function begin() {
  const sandbox = await startSandbox({ dataDir: folder, secrets: SECRETS, speed: 10, log: () => undefined });
  const desk = await startDesk(sandbox, 0, join(folder, 'services.json'));
  const post = async (path: string, body: unknown) => {
    const answer = await fetch(`${desk.url}${path}`, { method: 'POST', body: JSON.stringify(body) });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const end = async () => {
    await desk.close();
    await sandbox.close();
  };
  return { sandbox, post, end };
}

test('the desk adds a function that is called, publishes a version of it, and knows both after a restart', async () => {
  const first = await begin();
  const added = await first.post('/functions', { name: 'shop', callsPerSecond: 1 });
  expect(added.body).toMatchObject({ function: 'shop-staging', alias: 'live', version: '1' });
  const published = await first.post('/versions', { service: 'shop', behaviour: 'errors' });
  expect(published.body).toMatchObject({ behaviour: 'errors', version: '2' });
  const unknown = await first.post('/versions', { service: 'shop', behaviour: 'odd' });
  expect(unknown).toEqual({ status: 400, body: { message: 'behaviour must be one of good, errors, slow' } });
  await first.end();
  const again = await begin();
  const place = { service: 'shop', environment: 'staging' };
  expect(await again.sandbox.lambda.publish(place, String(published.body.revision))).toBe('2');
  expect(await again.sandbox.lambda.invoke('shop-staging', 'live', {})).toMatchObject({ version: '1' });
  await again.end();
});
