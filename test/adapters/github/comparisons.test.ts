import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Forge } from '../../../shared/ports/forge.ts';
import { memoryForge } from '../../support/memory-forge.ts';
import { importHistory, REPOSITORY, type Sandbox, startSandbox } from './sandbox.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterEach(() => {
  expect(sandbox.forge.violations()).toEqual([]);
});
afterAll(() => sandbox.close());

type Commit = (branch: string, files: Readonly<Record<string, string>>, message: string) => Promise<string>;
type Made = { readonly forge: Forge; readonly commit: Commit };

/** GitHub's adapter over the sandbox's real git, and the stand-in of the use cases' tests: one promise for both. */
const FORGES: readonly { readonly name: string; readonly make: () => Made }[] = [
  {
    name: "GitHub's adapter",
    make: () => ({
      forge: sandbox.github,
      commit: (branch, files, message) => sandbox.forge.commit(REPOSITORY, branch, files, message, 'ada'),
    }),
  },
  {
    name: 'the forge in memory',
    make: () => {
      const forge = memoryForge(() => 0);
      return {
        forge,
        commit: async (branch, files, message) => forge.commit(REPOSITORY, branch, message, files),
      };
    },
  },
];

test.each(FORGES)(
  '$name names the commits oldest first, and the files with their lines',
  async ({ make }) => {
    const { forge, commit } = make();
    const base = await commit('line', { 'a.txt': 'one\ntwo\n', 'b.txt': 'b\n' }, 'feat: base');
    await commit('line', { 'a.txt': 'one\nthree\nfour\n' }, 'feat: first');
    const head = await commit('line', { 'db/migrate/1.sql': 'DROP TABLE t;\n' }, 'feat: second');
    const { commits, files, behindBy, truncated } = await forge.compare(REPOSITORY, base, head);
    expect(commits.map(({ message }) => message)).toEqual(['feat: first', 'feat: second']);
    expect(commits.at(-1)).toMatchObject({ sha: head, authorLogin: expect.any(String) });
    expect(files.map(({ patch: _patch, ...file }) => file)).toEqual([
      { path: 'a.txt', status: 'modified', additions: 2, deletions: 1 },
      { path: 'db/migrate/1.sql', status: 'added', additions: 1, deletions: 0 },
    ]);
    expect(files[1]?.patch).toMatch(/^@@ .*\n\+DROP TABLE t;/);
    expect([behindBy, truncated]).toEqual([0, false]);
  },
);

test.each(FORGES)(
  '$name says how many commits going back takes away, and shows no files for it',
  async ({ make }) => {
    const { forge, commit } = make();
    const old = await commit('back', { 'a.txt': 'one\n' }, 'feat: one');
    const now = await commit('back', { 'a.txt': 'two\n' }, 'feat: two');
    expect(await forge.compare(REPOSITORY, now, old)).toEqual({
      ...{ commits: [], files: [], behindBy: 1, truncated: false },
    });
    expect(await forge.compare(REPOSITORY, now, now)).toMatchObject({ commits: [], behindBy: 0 });
  },
);

test.each(FORGES)('$name reads one commit, and says where there is none', async ({ make }) => {
  const { forge, commit } = make();
  const sha = await commit('single', { 'c.txt': 'c\n' }, 'feat: single');
  expect(await forge.readCommit(REPOSITORY, sha)).toMatchObject({ sha, message: 'feat: single' });
  const absent = 'f'.repeat(40);
  await expect(forge.readCommit(REPOSITORY, absent)).rejects.toMatchObject({ name: 'NotFound' });
  await expect(forge.compare(REPOSITORY, absent, sha)).rejects.toMatchObject({ name: 'NotFound' });
  await expect(forge.compare(REPOSITORY, sha, absent)).rejects.toMatchObject({ name: 'NotFound' });
});

test('a change of 300 files or more says that not every file is named', async () => {
  importHistory(sandbox, 'wide', 1, 301);
  const head = (await sandbox.forge.head(REPOSITORY, 'wide')) ?? '';
  const { files, truncated } = await sandbox.github.compare(REPOSITORY, sandbox.head, head);
  expect([files.length, truncated]).toEqual([300, true]);
});

test('more commits than one page holds are all named, oldest first', async () => {
  importHistory(sandbox, 'long', 103);
  const head = (await sandbox.forge.head(REPOSITORY, 'long')) ?? '';
  const { commits, files, truncated } = await sandbox.github.compare(REPOSITORY, sandbox.head, head);
  expect(commits.map(({ message }) => message)).toEqual(
    Array.from({ length: 103 }, (_, index) => `feat: ${index}`),
  );
  expect(commits.at(-1)?.sha).toBe(head);
  expect([files.length, truncated]).toEqual([1, false]);
});

test('lines that diverged are compared from where they parted', async () => {
  const left = await sandbox.forge.commit(REPOSITORY, 'left', { 'left.txt': 'l\n' }, 'feat: left');
  const right = await sandbox.forge.commit(REPOSITORY, 'right', { 'right.txt': 'r\n' }, 'feat: right');
  const { files, behindBy, commits } = await sandbox.github.compare(REPOSITORY, left, right);
  expect(files.map(({ path }) => path)).toEqual(['right.txt']);
  expect([behindBy, commits.length]).toEqual([1, 1]);
});

test.each(['main', 'mallory:main', 'abc1234', '..', `${'a'.repeat(40)}...${'b'.repeat(40)}`])(
  'the name %j is refused before GitHub is asked: only a full sha can be no other commit',
  async (name) => {
    const compared = sandbox.github.compare(REPOSITORY, sandbox.head, name);
    await expect(compared).rejects.toMatchObject({ name: 'InvalidInput' });
    await expect(sandbox.github.readCommit(REPOSITORY, name)).rejects.toMatchObject({ name: 'InvalidInput' });
  },
);
