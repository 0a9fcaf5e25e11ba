import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { adapter, openRollback, PATH, REPOSITORY, type Sandbox, startSandbox, TOKEN } from './sandbox.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterEach(() => {
  expect(sandbox.forge.violations()).toEqual([]);
});
afterAll(() => sandbox.close());

const WORDS = { title: 'revert: go back', message: 'Holdfast-Plan: abc' };
let counter = 0;
async function rollback() {
  counter += 1;
  return openRollback(sandbox, `revision: rollback-${counter}\n`, `rollback/${counter}`);
}

async function check(sha: string, name: string, conclusion: string): Promise<void> {
  await fetch(`${sandbox.forge.url}/repos/${REPOSITORY}/check-runs`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify({ name, head_sha: sha, conclusion }),
  });
}

test('a squash merge is one commit on the base, and merging again answers the same commit', async () => {
  const before = await sandbox.forge.head(REPOSITORY, 'main');
  const pull = await rollback();
  const request = { headSha: pull.headSha, ...WORDS };
  const merged = await sandbox.github.merge(REPOSITORY, pull.number, request);
  const head = await sandbox.forge.head(REPOSITORY, 'main');
  expect(merged).toEqual({ kind: 'merged', sha: head });
  const [top, parent] = await sandbox.github.commits(REPOSITORY, head ?? '', 2);
  expect(top?.message).toBe('revert: go back\n\nHoldfast-Plan: abc');
  expect(parent?.sha).toBe(before);
  expect(await sandbox.github.merge(REPOSITORY, pull.number, request)).toEqual(merged);
  expect(await sandbox.github.pullRequest(REPOSITORY, pull.number)).toMatchObject({
    state: 'merged',
    mergeCommitSha: head,
    mergedByLogin: 'holdfast[bot]',
  });
  expect((await sandbox.github.readFile(REPOSITORY, PATH, 'main')).text).toBe('revision: rollback-1\n');
});

test('a head that moved since it was judged is not merged', async () => {
  const pull = await rollback();
  await sandbox.forge.commit(REPOSITORY, pull.headBranch, { 'more.txt': 'x' }, 'feat: more');
  const merged = await sandbox.github.merge(REPOSITORY, pull.number, { headSha: pull.headSha, ...WORDS });
  expect(merged).toEqual({ kind: 'head-moved' });
});

test('a conflict with the base is refused and leaves the base alone', async () => {
  const pull = await rollback();
  const theirs = await sandbox.forge.commit(
    REPOSITORY,
    'main',
    { [PATH]: 'revision: theirs\n' },
    'feat: theirs',
  );
  const merged = await sandbox.github.merge(REPOSITORY, pull.number, { headSha: pull.headSha, ...WORDS });
  expect(merged).toMatchObject({ kind: 'refused' });
  expect(await sandbox.forge.head(REPOSITORY, 'main')).toBe(theirs);
  expect((await sandbox.github.pullRequest(REPOSITORY, pull.number)).mergeable).toBe(false);
});

test('a merge whose answer was lost is read, not repeated', async () => {
  const pull = await rollback();
  sandbox.forge.faults.inject({ operation: 'pulls/merge', hangUp: 'after' });
  const calls = sandbox.forge.requests()['pulls/merge'] ?? 0;
  const merged = await sandbox.github.merge(REPOSITORY, pull.number, { headSha: pull.headSha, ...WORDS });
  expect(merged).toEqual({ kind: 'merged', sha: await sandbox.forge.head(REPOSITORY, 'main') });
  expect(sandbox.forge.requests()['pulls/merge']).toBe(calls + 1);
});

test('a base that moved during the merge is tried again', async () => {
  const pull = await rollback();
  const message = 'Base branch was modified. Review and try the merge again.';
  sandbox.forge.faults.inject({ operation: 'pulls/merge', status: 405, message });
  const merged = await sandbox.github.merge(REPOSITORY, pull.number, { headSha: pull.headSha, ...WORDS });
  expect(merged.kind).toBe('merged');
});

test('somebody else may merge first: that is told with their name', async () => {
  const pull = await rollback();
  await adapter(sandbox.forge.url, 'ada-token').merge(REPOSITORY, pull.number, {
    headSha: pull.headSha,
    ...WORDS,
  });
  const merged = await sandbox.github.merge(REPOSITORY, pull.number, { headSha: 'f'.repeat(40), ...WORDS });
  expect(merged.kind).toBe('merged');
  expect((await sandbox.github.pullRequest(REPOSITORY, pull.number)).mergedByLogin).toBe('ada');
});

test('rules of a ruleset are read and enforced by the merge', async () => {
  expect(await sandbox.github.rules(REPOSITORY, 'main')).toEqual({
    requiredChecks: [],
    requiredApprovals: 0,
    mergeQueue: false,
  });
  sandbox.forge.setBranchRules(REPOSITORY, 'main', { requiredChecks: ['unit'] });
  expect((await sandbox.github.rules(REPOSITORY, 'main')).requiredChecks).toEqual(['unit']);
  const pull = await rollback();
  const merge = () => sandbox.github.merge(REPOSITORY, pull.number, { headSha: pull.headSha, ...WORDS });
  expect(await merge()).toMatchObject({ kind: 'refused', message: expect.stringContaining('unit') });
  await check(pull.headSha, 'unit', 'failure');
  expect((await merge()).kind).toBe('refused');
  await check(pull.headSha, 'unit', 'success');
  expect((await merge()).kind).toBe('merged');
});

test('classic protection is read as well, and a protection that may not be read counts as none', async () => {
  const rules = { requiredChecks: ['unit'], requiredApprovals: 2, protection: true };
  sandbox.forge.setBranchRules(REPOSITORY, 'main', rules);
  expect(await sandbox.github.rules(REPOSITORY, 'main')).toEqual({
    requiredChecks: ['unit'],
    requiredApprovals: 2,
    mergeQueue: false,
  });
  const message = 'Resource not accessible by integration';
  sandbox.forge.faults.inject({ operation: 'repos/get-branch-protection', status: 403, message });
  expect((await sandbox.github.rules(REPOSITORY, 'main')).requiredApprovals).toBe(0);
});

test('required approvals and a merge queue are told and refuse a direct merge', async () => {
  sandbox.forge.setBranchRules(REPOSITORY, 'main', { requiredApprovals: 1, mergeQueue: true });
  expect(await sandbox.github.rules(REPOSITORY, 'main')).toEqual({
    requiredChecks: [],
    requiredApprovals: 1,
    mergeQueue: true,
  });
  const pull = await rollback();
  const merged = await sandbox.github.merge(REPOSITORY, pull.number, { headSha: pull.headSha, ...WORDS });
  expect(merged.kind).toBe('refused');
});
