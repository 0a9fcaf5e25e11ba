import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { BRANCH, openRollback, PATH, REPOSITORY, type Sandbox, startSandbox } from './sandbox.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterEach(() => {
  expect(sandbox.forge.violations()).toEqual([]);
});
afterAll(() => sandbox.close());

describe('branches', () => {
  test('the head of a branch is the full sha of its commit', async () => {
    expect(await sandbox.github.branchHead(REPOSITORY, 'main')).toBe(sandbox.head);
    expect(sandbox.head).toMatch(/^[0-9a-f]{40}$/);
  });

  test('a branch or repository that is not there is NotFound', async () => {
    await expect(sandbox.github.branchHead(REPOSITORY, 'nowhere')).rejects.toMatchObject({
      name: 'NotFound',
    });
    await expect(sandbox.github.branchHead('acme/none', 'main')).rejects.toMatchObject({ name: 'NotFound' });
    await expect(sandbox.github.branchHead('gitops', 'main')).rejects.toMatchObject({ name: 'InvalidInput' });
  });

  test('creating a branch again at the same commit finds it to be ours', async () => {
    const once = await sandbox.github.createBranch(REPOSITORY, 'rollback/again', sandbox.head);
    const twice = await sandbox.github.createBranch(REPOSITORY, 'rollback/again', sandbox.head);
    expect([once, twice]).toEqual(Array(2).fill({ taken: false, headSha: sandbox.head }));
  });

  test('a branch of that name elsewhere is taken, and its head is told', async () => {
    const elsewhere = await sandbox.forge.commit(REPOSITORY, 'taken', { 'x.txt': 'x' }, 'chore: x');
    expect(await sandbox.github.createBranch(REPOSITORY, 'taken', sandbox.head)).toEqual({
      taken: true,
      headSha: elsewhere,
    });
  });

  test('a branch cannot begin at a commit that does not exist', async () => {
    const created = sandbox.github.createBranch(REPOSITORY, 'lost', 'f'.repeat(40));
    await expect(created).rejects.toMatchObject({ name: 'InvalidInput' });
  });

  test('deleting a branch twice is success, deleting the default branch is refused', async () => {
    await sandbox.github.createBranch(REPOSITORY, 'short/lived', sandbox.head);
    await sandbox.github.deleteBranch(REPOSITORY, 'short/lived');
    await sandbox.github.deleteBranch(REPOSITORY, 'short/lived');
    expect(await sandbox.forge.head(REPOSITORY, 'short/lived')).toBeUndefined();
    await expect(sandbox.github.deleteBranch(REPOSITORY, 'main')).rejects.toMatchObject({ name: 'Conflict' });
  });
});

describe('files', () => {
  test('a file is read with its blob sha, byte order mark and line ends kept', async () => {
    const text = '﻿a: 1\r\nb: ü\r\n';
    await sandbox.forge.commit(REPOSITORY, 'bytes', { 'odd name #1.yaml': text }, 'chore: bytes');
    const file = await sandbox.github.readFile(REPOSITORY, 'odd name #1.yaml', 'bytes');
    expect(file.text).toBe(text);
    expect(file.blobSha).toMatch(/^[0-9a-f]{40}$/);
  });

  test('a folder, bytes that are no text, and a file of more than 1 MB are refused', async () => {
    const files = { 'binary.bin': new Uint8Array([255, 254, 0]), 'large.txt': 'x'.repeat(1_100_000) };
    await sandbox.forge.commit(REPOSITORY, 'odd', files, 'chore: odd files');
    for (const path of ['apps', 'binary.bin', 'large.txt']) {
      const read = sandbox.github.readFile(REPOSITORY, path, 'odd');
      await expect(read, path).rejects.toMatchObject({ name: 'InvalidInput' });
    }
    const absent = sandbox.github.readFile(REPOSITORY, 'none.yaml', 'main');
    await expect(absent).rejects.toMatchObject({ name: 'NotFound' });
  });

  test('one commit changes one file, and the same change again makes no second commit', async () => {
    const { github } = sandbox;
    await github.createBranch(REPOSITORY, BRANCH, sandbox.head);
    const { blobSha } = await github.readFile(REPOSITORY, PATH, BRANCH);
    const change = { repository: REPOSITORY, branch: BRANCH, path: PATH, text: 'revision: zero\n', blobSha };
    const first = await github.commitFile({ ...change, message: 'revert: one' });
    const again = await github.commitFile({ ...change, message: 'revert: one' });
    expect(again).toEqual(first);
    expect(await sandbox.forge.head(REPOSITORY, BRANCH)).toBe(first.sha);
    const [top, below] = await github.commits(REPOSITORY, first.sha, 5);
    expect(top).toMatchObject({ sha: first.sha, message: 'revert: one', authorLogin: 'holdfast[bot]' });
    expect(below?.sha).toBe(sandbox.head);
  });

  test('a file that somebody else changed meanwhile is a Conflict, and nothing is written', async () => {
    const { blobSha } = await sandbox.github.readFile(REPOSITORY, PATH, 'main');
    const theirs = await sandbox.forge.commit(
      REPOSITORY,
      'raced',
      { [PATH]: 'revision: theirs\n' },
      'feat: theirs',
    );
    const change = { repository: REPOSITORY, branch: 'raced', path: PATH, text: 'revision: ours\n', blobSha };
    await expect(sandbox.github.commitFile({ ...change, message: 'm' })).rejects.toMatchObject({
      name: 'Conflict',
    });
    expect(await sandbox.forge.head(REPOSITORY, 'raced')).toBe(theirs);
  });

  test('a commit whose answer was lost is found instead of made again', async () => {
    await sandbox.github.createBranch(REPOSITORY, 'lost-answer', sandbox.head);
    const { blobSha } = await sandbox.github.readFile(REPOSITORY, PATH, 'lost-answer');
    sandbox.forge.faults.inject({ operation: 'repos/create-or-update-file-contents', hangUp: 'after' });
    const change = {
      repository: REPOSITORY,
      branch: 'lost-answer',
      path: PATH,
      text: 'revision: zero\n',
      blobSha,
    };
    const { sha } = await sandbox.github.commitFile({ ...change, message: 'revert: one' });
    expect(await sandbox.forge.head(REPOSITORY, 'lost-answer')).toBe(sha);
    const listed = await sandbox.github.commits(REPOSITORY, sha, 10);
    expect(listed.filter((commit) => commit.message === 'revert: one')).toHaveLength(1);
  });

  test('the whole sequence runs without a violation of the description of GitHub', async () => {
    const pull = await openRollback(sandbox, 'revision: whole\n', 'rollback/whole');
    expect(await sandbox.github.changedFiles(REPOSITORY, pull.number)).toEqual([PATH]);
  });
});
