import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SandboxForge } from '../../../local/sandbox/forge/start-forge.ts';
import { call, REPOSITORY, startTestForge } from './sandbox.ts';

let forge: SandboxForge;
let head: string;
beforeAll(async () => {
  forge = await startTestForge();
  head = await forge.createRepository(REPOSITORY, { 'a.txt': 'one\n' });
});
afterAll(() => forge.close());

test('a missing and a wrong token are refused in the words of GitHub', async () => {
  const wrong = await call(forge, 'GET', '', undefined, 'stolen');
  expect([wrong.status, wrong.body.message]).toEqual([401, 'Bad credentials']);
  const none = await fetch(`${forge.url}/repos/${REPOSITORY}`);
  expect(none.status).toBe(401);
  expect(await none.json()).toMatchObject({ message: 'Requires authentication' });
});

test('every answer carries the headers of the rate limit', async () => {
  const { headers } = await call(forge, 'GET', '');
  for (const name of ['limit', 'remaining', 'used', 'reset', 'resource']) {
    expect(headers.get(`x-ratelimit-${name}`), name).not.toBeNull();
  }
});

test('an operation that is not described is not found', async () => {
  expect((await call(forge, 'GET', '/secret-scanning/alerts')).status).toBe(404);
});

test.each([
  '/git/ref/heads/..%2F..%2Fx',
  '/contents/.git/config',
  '/contents/..%2Fx',
  '/git/ref/heads/--output=x',
])('the unsafe name %s is not found, and never reaches git', async (path) => {
  expect((await call(forge, 'GET', path)).status).toBe(404);
});

test.each(['acme', 'acme/../x', '-x/y', 'acme/.git', 'a b/c'])(
  '%j is no name for a repository',
  async (name) => {
    await expect(forge.createRepository(name, { a: 'b' })).rejects.toThrow('repository name');
  },
);

test('a stale blob is 409, a missing one 422, and the same text again is one more commit', async () => {
  const { body } = await call(forge, 'GET', '/contents/a.txt');
  const put = (fields: Readonly<Record<string, unknown>>) =>
    call(forge, 'PUT', '/contents/a.txt', {
      message: 'm',
      content: btoa('one\n'),
      branch: 'main',
      ...fields,
    });
  expect((await put({ sha: 'f'.repeat(40) })).status).toBe(409);
  expect((await put({})).status).toBe(422);
  expect((await put({ sha: body.sha })).status).toBe(200);
  expect(await forge.head(REPOSITORY, 'main')).not.toBe(head);
});

test('two writes at once on one blob: one of them is told that it came too late', async () => {
  await forge.commit(REPOSITORY, 'raced', { 'r.txt': 'r' }, 'feat: r');
  const { body } = await call(forge, 'GET', '/contents/r.txt?ref=raced');
  const put = (text: string) =>
    call(forge, 'PUT', '/contents/r.txt', {
      message: text,
      content: btoa(text),
      branch: 'raced',
      sha: body.sha,
    });
  const statuses = (await Promise.all([put('x'), put('y')])).map(({ status }) => status);
  expect(statuses.toSorted()).toEqual([200, 409]);
});

test('deleting the head branch closes its pull request', async () => {
  await forge.commit(REPOSITORY, 'gone', { 'g.txt': 'g' }, 'feat: g');
  const { body } = await call(forge, 'POST', '/pulls', { title: 'g', head: 'gone', base: 'main' });
  expect((await call(forge, 'DELETE', '/git/refs/heads/gone')).status).toBe(204);
  expect((await call(forge, 'GET', `/pulls/${body.number}`)).body).toMatchObject({
    state: 'closed',
    merged: false,
  });
});

test('a request that GitHub does not describe is answered 500 and recorded', async () => {
  expect(forge.violations()).toEqual([]);
  const { status } = await call(forge, 'POST', '/pulls', { title: 7, head: 'a', base: 'main' });
  expect(status).toBe(500);
  expect(forge.violations()).toEqual([expect.stringContaining('pulls/create request body')]);
});

test('a forge that is started again on its folder goes on where it was', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-forge-'));
  const first = await startTestForge({ dataDir });
  await first.createRepository(REPOSITORY, { 'a.txt': 'a' });
  const sha = await first.commit(REPOSITORY, 'feature', { 'a.txt': 'b' }, 'feat: b');
  const opened = await call(first, 'POST', '/pulls', { title: 'b', head: 'feature', base: 'main' });
  await first.close();
  const second = await startTestForge({ dataDir });
  const read = await call(second, 'GET', `/pulls/${opened.body.number}`);
  expect(read.body).toMatchObject({ title: 'b', state: 'open', mergeable: true, head: { sha } });
  expect(await second.createRepository(REPOSITORY, { other: 'x' })).toBe(
    await second.head(REPOSITORY, 'main'),
  );
  await second.close();
});
