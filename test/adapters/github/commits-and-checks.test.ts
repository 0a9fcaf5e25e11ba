import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { importHistory, REPOSITORY, type Sandbox, startSandbox, TOKEN } from './sandbox.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterEach(() => {
  expect(sandbox.forge.violations()).toEqual([]);
});
afterAll(() => sandbox.close());

async function commitWith(name: string): Promise<string> {
  return sandbox.forge.commit(REPOSITORY, name, { [`${name}.txt`]: name }, `chore: ${name}`);
}

async function post(path: string, body: Readonly<Record<string, unknown>>): Promise<void> {
  const answer = await fetch(`${sandbox.forge.url}/repos/${REPOSITORY}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(201);
}

const status = (sha: string, context: string, state: string) => post(`/statuses/${sha}`, { context, state });
const run = (sha: string, name: string, conclusion?: string) =>
  post('/check-runs', { name, head_sha: sha, ...(conclusion !== undefined && { conclusion }) });

describe('commits', () => {
  test('commits are listed newest first, ancestors only, up to the limit', async () => {
    const shas: string[] = [];
    for (let i = 0; i < 4; i += 1) {
      shas.unshift(
        await sandbox.forge.commit(REPOSITORY, 'line', { 'n.txt': String(i) }, `feat: ${i}`, 'ada'),
      );
    }
    const from = shas[1] ?? '';
    const listed = await sandbox.github.commits(REPOSITORY, from, 3);
    expect(listed.map(({ sha }) => sha)).toEqual([shas[1], shas[2], shas[3]]);
    expect(listed[0]).toMatchObject({ message: 'feat: 2', authorLogin: 'ada' });
    expect(listed[0]?.committedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  test('more commits than one page holds are all listed', async () => {
    importHistory(sandbox, 'long', 103);
    const head = (await sandbox.forge.head(REPOSITORY, 'long')) ?? '';
    const listed = await sandbox.github.commits(REPOSITORY, head, 500);
    expect(new Set(listed.map(({ sha }) => sha)).size).toBe(104);
    expect(listed.at(-1)?.sha).toBe(sandbox.head);
  });

  test('commits of an unknown revision are NotFound', async () => {
    const listed = sandbox.github.commits(REPOSITORY, 'f'.repeat(40), 3);
    await expect(listed).rejects.toMatchObject({ name: 'NotFound' });
  });
});

describe('continuous integration', () => {
  test('zero checks and zero statuses are "none", not success', async () => {
    const sha = await commitWith('unchecked');
    expect(await sandbox.github.ci(REPOSITORY, sha)).toEqual({ state: 'none', checks: [] });
  });

  test('success needs every check run and every status to be green', async () => {
    const sha = await commitWith('green');
    await run(sha, 'unit', 'success');
    await run(sha, 'docs', 'skipped');
    await run(sha, 'style', 'neutral');
    await status(sha, 'legacy', 'success');
    const { state, checks } = await sandbox.github.ci(REPOSITORY, sha);
    expect(state).toBe('success');
    expect(checks.map(({ name }) => name).toSorted()).toEqual(['docs', 'legacy', 'style', 'unit']);
  });

  test('an unfinished check run is pending although all statuses are green', async () => {
    const sha = await commitWith('pending');
    await status(sha, 'legacy', 'success');
    await run(sha, 'unit');
    expect((await sandbox.github.ci(REPOSITORY, sha)).state).toBe('pending');
  });

  test.each(['failure', 'timed_out', 'cancelled', 'action_required'])(
    'one check run that ends as %s fails the whole',
    async (conclusion) => {
      const sha = await commitWith(`ends-${conclusion.replaceAll('_', '-')}`);
      await run(sha, 'unit', 'success');
      await run(sha, 'other');
      await run(sha, 'bad', conclusion);
      expect((await sandbox.github.ci(REPOSITORY, sha)).state).toBe('failure');
    },
  );

  test('a failed status fails the whole although all check runs are green', async () => {
    const sha = await commitWith('status-fails');
    await run(sha, 'unit', 'success');
    await status(sha, 'legacy', 'error');
    expect((await sandbox.github.ci(REPOSITORY, sha)).state).toBe('failure');
  });

  test('the newest run of a name and the newest status of a context count', async () => {
    const sha = await commitWith('again');
    await run(sha, 'unit', 'failure');
    await run(sha, 'unit', 'success');
    await status(sha, 'legacy', 'failure');
    await status(sha, 'legacy', 'success');
    expect((await sandbox.github.ci(REPOSITORY, sha)).state).toBe('success');
  });

  test('a failure on the second page of check runs is seen', async () => {
    const sha = await commitWith('many');
    await run(sha, 'the-first-of-all', 'failure');
    for (let i = 0; i < 100; i += 1) await run(sha, `check-${i}`, 'success');
    const { state, checks } = await sandbox.github.ci(REPOSITORY, sha);
    expect(checks).toHaveLength(101);
    expect(state).toBe('failure');
  });
});
