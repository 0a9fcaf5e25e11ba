import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SandboxForge } from '../../../local/sandbox/forge/start-forge.ts';
import { call, REPOSITORY, type Receiver, startReceiver, startTestForge } from './sandbox.ts';

const SECRET = 'webhook-secret';
const CHECKS = JSON.stringify({ checks: [{ name: 'unit', command: ['node', '--test'] }] });
const TEST_FILE = (claim: string) =>
  `const test = require('node:test');\nconst assert = require('node:assert');\ntest('sum', () => assert.ok(${claim}));\n`;

let forge: SandboxForge;
let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
  forge = await startTestForge({ webhook: { url: receiver.url, secret: SECRET }, ci: { timeoutMs: 20_000 } });
  await forge.createRepository(REPOSITORY, { 'README.md': '# shop\n' });
});
afterAll(async () => {
  await forge.close();
  receiver.close();
});

async function runs(sha: string): Promise<readonly Record<string, unknown>[]> {
  const { body } = await call(forge, 'GET', `/commits/${sha}/check-runs?filter=latest`);
  const list = body.check_runs;
  return Array.isArray(list) ? list : [];
}

test('a commit without checks.json has no checks', async () => {
  await forge.idle();
  expect(await runs((await forge.head(REPOSITORY, 'main')) ?? '')).toEqual([]);
});

test('the checks of a commit really run on its own files: success and failure are found out', async () => {
  const good = await forge.commit(
    REPOSITORY,
    'good',
    { 'checks.json': CHECKS, 'sum.test.cjs': TEST_FILE('1 + 1 === 2') },
    'feat: good',
  );
  const bad = await forge.commit(
    REPOSITORY,
    'bad',
    { 'checks.json': CHECKS, 'sum.test.cjs': TEST_FILE('1 + 1 === 3') },
    'feat: bad',
  );
  await forge.idle();
  expect(await runs(good)).toMatchObject([{ name: 'unit', status: 'completed', conclusion: 'success' }]);
  expect(await runs(bad)).toMatchObject([{ name: 'unit', status: 'completed', conclusion: 'failure' }]);
  const suites = receiver.of('check_suite').map((event) => event.check_suite);
  expect(suites).toContainEqual(expect.objectContaining({ head_sha: good, conclusion: 'success' }));
  expect(suites).toContainEqual(expect.objectContaining({ head_sha: bad, conclusion: 'failure' }));
  const actions = receiver.of('check_run').map((event) => event.action);
  expect(actions.toSorted()).toEqual(['completed', 'completed', 'created', 'created']);
});

test('a check gets nothing of the environment of the forge', async () => {
  const program =
    'const names = Object.keys(process.env).sort().join(); process.exit(names === "CI,HOME,LC_ALL,PATH" ? 0 : 1)';
  const checks = JSON.stringify({ checks: [{ name: 'environment', command: ['node', '-e', program] }] });
  const sha = await forge.commit(REPOSITORY, 'environment', { 'checks.json': checks }, 'feat: environment');
  await forge.idle();
  expect(await runs(sha)).toMatchObject([{ conclusion: 'success' }]);
});

test('a checks.json that cannot be read is a failed check, not a missing one', async () => {
  const sha = await forge.commit(
    REPOSITORY,
    'unreadable',
    { 'checks.json': '{"checks": "all"}' },
    'feat: unreadable',
  );
  await forge.idle();
  expect(await runs(sha)).toMatchObject([{ conclusion: 'failure' }]);
});

test('a check that does not end is ended and has timed out', async () => {
  const hasty = await startTestForge({ ci: { timeoutMs: 300 } });
  const checks = JSON.stringify({
    checks: [{ name: 'hang', command: ['node', '-e', 'setInterval(() => {}, 1000)'] }],
  });
  const sha = await hasty.createRepository(REPOSITORY, { 'checks.json': checks });
  await hasty.idle();
  const { body } = await call(hasty, 'GET', `/commits/${sha}/check-runs`);
  expect(body.check_runs).toMatchObject([{ conclusion: 'timed_out' }]);
  await hasty.close();
});

test('every delivery is signed over its exact bytes and has an id of its own', () => {
  for (const { headers, body } of receiver.received) {
    const signature = `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`;
    expect(headers['x-hub-signature-256']).toBe(signature);
  }
  const ids = receiver.received.map(({ headers }) => headers['x-github-delivery']);
  expect(new Set(ids).size).toBe(ids.length);
  expect(receiver.received[0]?.headers['x-github-event']).toBe('ping');
});

test('a pull request tells that it is opened, pushed to, and merged', async () => {
  await forge.commit(REPOSITORY, 'feature', { 'a.txt': 'a' }, 'feat: a');
  const opened = await call(forge, 'POST', '/pulls', { title: 'a', head: 'feature', base: 'main' });
  const pushed = await forge.commit(REPOSITORY, 'feature', { 'b.txt': 'b' }, 'feat: b');
  const number = opened.body.number;
  await call(forge, 'PUT', `/pulls/${number}/merge`, { sha: pushed, merge_method: 'squash' });
  await forge.idle();
  const events = receiver.of('pull_request').filter((event) => event.number === number);
  expect(events.map((event) => event.action)).toEqual(['opened', 'synchronize', 'closed']);
  expect(events[2]).toMatchObject({ pull_request: { merged: true, head: { sha: pushed } } });
  const push = receiver.of('push').find((event) => event.after === pushed);
  expect(push).toMatchObject({
    ref: 'refs/heads/feature',
    commits: [{ id: pushed, added: ['b.txt'] }],
    repository: { full_name: REPOSITORY },
  });
});

test('a delivery that is sent again keeps its id', async () => {
  const [delivery] = forge.deliveries();
  const before = receiver.received.length;
  await forge.redeliver(delivery?.id ?? '');
  expect(receiver.received).toHaveLength(before + 1);
  expect(receiver.received.at(-1)?.headers['x-github-delivery']).toBe(delivery?.id);
});
