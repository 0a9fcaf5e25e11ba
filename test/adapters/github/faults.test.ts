import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { githubForge } from '../../../shared/adapters/github/github-forge.ts';
import { adapter, openRollback, REPOSITORY, type Sandbox, startSandbox, TOKEN } from './sandbox.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterEach(() => {
  sandbox.forge.faults.clear();
  expect(sandbox.forge.violations()).toEqual([]);
});
afterAll(() => sandbox.close());

const head = () => sandbox.github.branchHead(REPOSITORY, 'main');
const calls = () => sandbox.forge.requests()['git/get-ref'] ?? 0;

test.each([500, 502, 503])('a transient %i is tried again until it answers', async (status) => {
  const before = calls();
  sandbox.forge.faults.inject({ operation: 'git/get-ref', status, times: 3 });
  expect(await head()).toBe(sandbox.head);
  expect(calls() - before).toBe(4);
});

test('after four attempts it is Unavailable', async () => {
  const before = calls();
  sandbox.forge.faults.inject({ operation: 'git/get-ref', status: 503, times: 9 });
  await expect(head()).rejects.toMatchObject({ name: 'Unavailable' });
  expect(calls() - before).toBe(4);
});

test('a connection that ends without an answer is transient', async () => {
  sandbox.forge.faults.inject({ operation: 'git/get-ref', hangUp: 'before' });
  expect(await head()).toBe(sandbox.head);
});

test('an answer that takes longer than the time-out is Unavailable', async () => {
  sandbox.forge.faults.inject({ operation: 'git/get-ref', latencyMs: 400, times: 4 });
  const hasty = adapter(sandbox.forge.url, TOKEN, 100);
  await expect(hasty.branchHead(REPOSITORY, 'main')).rejects.toMatchObject({ name: 'Unavailable' });
});

test('a forge that is not there is Unavailable', async () => {
  const nowhere = adapter('http://127.0.0.1:1');
  await expect(nowhere.branchHead(REPOSITORY, 'main')).rejects.toMatchObject({ name: 'Unavailable' });
});

test('a bad token is PermissionDenied, and is not tried again', async () => {
  const stranger = adapter(sandbox.forge.url, 'stolen');
  await expect(stranger.branchHead(REPOSITORY, 'main')).rejects.toMatchObject({ name: 'PermissionDenied' });
});

test('a missing permission is PermissionDenied, and is not tried again', async () => {
  const before = calls();
  const message = 'Resource not accessible by integration';
  sandbox.forge.faults.inject({ operation: 'git/get-ref', status: 403, message, times: 4 });
  await expect(head()).rejects.toMatchObject({ name: 'PermissionDenied' });
  expect(calls() - before).toBe(1);
});

const limits = [
  { title: 'a 429', status: 429, headers: { 'retry-after': '120' }, wait: 120 },
  { title: 'a 403 that names a wait', status: 403, headers: { 'retry-after': '33' }, wait: 33 },
  {
    title: 'a 403 of a secondary limit that names none',
    status: 403,
    message: 'You have exceeded a secondary rate limit.',
    wait: 60,
  },
  { title: 'a 429 of for ever', status: 429, headers: { 'retry-after': 'Infinity' }, wait: 60 },
  { title: 'a 429 of an age', status: 429, headers: { 'retry-after': '1e15' }, wait: 3600 },
  {
    title: 'a limit that is reset in an age',
    status: 403,
    headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1e15' },
    wait: 3601,
  },
  {
    title: 'a limit that is never reset',
    status: 403,
    headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': 'Infinity' },
    wait: 60,
  },
];
test.each(limits)('$title is RateLimited with the seconds to wait', async ({ title: _, wait, ...fault }) => {
  const before = calls();
  sandbox.forge.faults.inject({ operation: 'git/get-ref', ...fault });
  await expect(head()).rejects.toMatchObject({ name: 'RateLimited', retryAfterSeconds: wait });
  expect(calls() - before).toBe(1);
});

test('a spent primary limit names its reset', async () => {
  const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1000600' };
  sandbox.forge.faults.inject({ operation: 'git/get-ref', status: 403, headers });
  const github = githubForge({ baseUrl: sandbox.forge.url, token: TOKEN, now: () => 1_000_000_000 });
  const read = github.branchHead(REPOSITORY, 'main');
  await expect(read).rejects.toMatchObject({ name: 'RateLimited', retryAfterSeconds: 601 });
});

test('a short wait is waited for', async () => {
  sandbox.forge.faults.inject({ operation: 'git/get-ref', status: 429, headers: { 'retry-after': '1' } });
  expect(await head()).toBe(sandbox.head);
});

test('a limit is never taken for an answer that the call expects', async () => {
  const pull = await openRollback(sandbox);
  const headers = { 'retry-after': '40' };
  sandbox.forge.faults.inject({ operation: 'repos/get-branch-protection', status: 403, headers });
  await expect(sandbox.github.rules(REPOSITORY, 'main')).rejects.toMatchObject({ name: 'RateLimited' });
  sandbox.forge.faults.inject({ operation: 'pulls/merge', status: 403, headers });
  const request = { headSha: pull.headSha, title: 't', message: 'm' };
  const merged = sandbox.github.merge(REPOSITORY, pull.number, request);
  await expect(merged).rejects.toMatchObject({ name: 'RateLimited', retryAfterSeconds: 40 });
});

test('half of a JSON body is Malformed', async () => {
  sandbox.forge.faults.inject({ operation: 'git/get-ref', truncate: true });
  await expect(head()).rejects.toMatchObject({ name: 'Malformed' });
});

test.each([[[]], [{ object: { type: 'tag', sha: 'x' } }], ['text'], [null]])(
  'the body %j instead of a branch is Malformed',
  async (body) => {
    sandbox.forge.faults.inject({ operation: 'git/get-ref', body });
    await expect(head()).rejects.toMatchObject({ name: 'Malformed' });
  },
);

test.each([301, 302, 307, 308])('a redirect (%i) is not followed', async (status) => {
  const headers = { location: 'http://127.0.0.1:1/' };
  sandbox.forge.faults.inject({ operation: 'git/get-ref', status, headers });
  await expect(head()).rejects.toMatchObject({ name: 'NotFound' });
});

test('an empty repository has no branch', async () => {
  const message = 'Git Repository is empty.';
  sandbox.forge.faults.inject({ operation: 'git/get-ref', status: 409, message });
  await expect(head()).rejects.toMatchObject({ name: 'NotFound' });
});

test('the token is asked for at every request', async () => {
  let asked = 0;
  const token = async (): Promise<string> => {
    asked += 1;
    return TOKEN;
  };
  const github = githubForge({ baseUrl: `${sandbox.forge.url}/`, token, now: () => Date.now() });
  await github.branchHead(REPOSITORY, 'main');
  await github.branchHead(REPOSITORY, 'main');
  expect(asked).toBe(2);
});
