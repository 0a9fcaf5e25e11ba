import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ForgeFault } from '../../../local/sandbox/forge/faults.ts';
import { githubForge } from '../../../shared/adapters/github/github-forge.ts';
import { adapter, openRollback, PATH, REPOSITORY, type Sandbox, startSandbox, TOKEN } from './sandbox.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterEach(() => {
  sandbox.forge.faults.clear();
  sandbox.forge.setBranchRules(REPOSITORY, 'main', {});
  expect(sandbox.forge.violations()).toEqual([]);
});
afterAll(() => sandbox.close());

const WORDS = { title: 'revert: go back', message: 'Holdfast-Plan: abc' };
let counter = 0;
function rollback() {
  counter += 1;
  return openRollback(sandbox, `revision: bad-${counter}\n`, `rollback/bad-${counter}`);
}
const mergeOf = (pull: { readonly number: number; readonly headSha: string }) =>
  sandbox.github.merge(REPOSITORY, pull.number, { headSha: pull.headSha, ...WORDS });

type Row = Omit<ForgeFault, 'operation'> & {
  readonly title: string;
  readonly fault: string;
  readonly says: string;
};
const said = (status: number, message: string) => ({ status, message, times: 9 });
const rows: readonly Row[] = [
  { title: '401', ...said(401, 'Bad credentials'), fault: 'PermissionDenied', says: 'our token' },
  {
    title: '403 of a missing permission',
    ...said(403, 'Resource not accessible by integration'),
    ...{ fault: 'PermissionDenied', says: 'does not allow us' },
  },
  { title: '404', ...said(404, 'Not Found'), fault: 'NotFound', says: 'nothing there, or does not let us' },
  { title: '405', ...said(405, 'No'), fault: 'Conflict', says: 'as things stand' },
  { title: '409', ...said(409, 'Moved'), fault: 'Conflict', says: 'somebody else was first' },
  { title: '422', ...said(422, 'Validation Failed'), fault: 'InvalidInput', says: 'refuses what we sent' },
  { title: '429', ...said(429, 'Too many requests'), fault: 'RateLimited', says: 'wait 60 s' },
  {
    title: '403 of a secondary limit',
    ...said(403, 'You have exceeded a secondary rate limit. Please wait a few minutes.'),
    ...{ fault: 'RateLimited', says: 'wait 60 s' },
  },
  {
    title: '403 with retry-after',
    ...said(403, 'Forbidden'),
    ...{ headers: { 'retry-after': '77' }, fault: 'RateLimited', says: 'wait 77 s' },
  },
  { title: '500', ...said(500, 'Server Error'), fault: 'Unavailable', says: 'failing' },
  { title: '502', ...said(502, 'Bad Gateway'), fault: 'Unavailable', says: 'failing' },
  { title: '503', ...said(503, 'Unavailable'), fault: 'Unavailable', says: 'failing' },
  { title: 'a connection that is cut', hangUp: 'before', times: 9, fault: 'Unavailable', says: 'not answer' },
  { title: 'truncated JSON', truncate: true, fault: 'Malformed', says: 'not what its API describes' },
];

const CALLS = [
  { operation: 'pulls/get', call: () => sandbox.github.pullRequest(REPOSITORY, 1) },
  { operation: 'issues/list-comments', call: () => sandbox.github.comment(REPOSITORY, 1, 'm', 'text') },
  { operation: 'pulls/list-reviews', call: () => sandbox.github.reviews(REPOSITORY, 1) },
] as const;
describe.each(CALLS)('on $operation', ({ operation, call }) => {
  test.each(rows)('$title is the fault $fault, in words', async ({ title: _, fault, says, ...rest }) => {
    if (counter === 0) await rollback();
    sandbox.forge.faults.inject({ operation, ...rest });
    await expect(call()).rejects.toMatchObject({ name: fault, message: expect.stringContaining(says) });
  });
});

test('an answer that takes longer than the time-out is Unavailable, in words', async () => {
  sandbox.forge.faults.inject({ operation: 'git/get-ref', latencyMs: 300, times: 9 });
  const read = adapter(sandbox.forge.url, TOKEN, 50).branchHead(REPOSITORY, 'main');
  await expect(read).rejects.toMatchObject({
    name: 'Unavailable',
    message: expect.stringContaining('answer'),
  });
});

describe('the state of the repository', () => {
  test('a protected branch with required reviews refuses until somebody else approves this head', async () => {
    sandbox.forge.setBranchRules(REPOSITORY, 'main', { requiredApprovals: 1, protection: true });
    const pull = await rollback();
    const by = { repository: REPOSITORY, number: pull.number };
    const refused = { kind: 'refused', message: expect.stringContaining('approving review') };
    expect(await mergeOf(pull)).toEqual(refused);
    await sandbox.forge.review({ ...by, login: 'ada', state: 'APPROVED', commitSha: 'a'.repeat(40) });
    expect(await mergeOf(pull)).toEqual(refused);
    await sandbox.forge.review({ ...by, login: 'passer-by', state: 'APPROVED' });
    expect(await mergeOf(pull)).toEqual(refused);
    await sandbox.forge.review({ ...by, login: 'ada', state: 'APPROVED' });
    expect((await mergeOf(pull)).kind).toBe('merged');
  });

  test.each([
    ['required_signatures', 'signed commits', 'verified signatures'],
    ['required_deployments', 'deployments', 'deployments are not successful'],
  ])('a branch with the rule %s says so, and refuses', async (rule, named, words) => {
    sandbox.forge.setBranchRules(REPOSITORY, 'main', { others: [rule] });
    expect((await sandbox.github.rules(REPOSITORY, 'main')).alsoRequires).toEqual([named]);
    const merged = await mergeOf(await rollback());
    expect(merged).toEqual({ kind: 'refused', message: expect.stringContaining(words) });
  });

  test('a linear history is what a squash makes: it is merged', async () => {
    sandbox.forge.setBranchRules(REPOSITORY, 'main', { others: ['required_linear_history'] });
    expect(await sandbox.github.rules(REPOSITORY, 'main')).not.toHaveProperty('alsoRequires');
    expect((await mergeOf(await rollback())).kind).toBe('merged');
  });

  test('a conflicting pull request is refused', async () => {
    const pull = await rollback();
    await sandbox.forge.commit(
      REPOSITORY,
      'main',
      { [PATH]: `revision: theirs-${counter}\n` },
      'feat: theirs',
    );
    expect(await mergeOf(pull)).toEqual({ kind: 'refused', message: 'Pull Request is not mergeable' });
  });

  test('a pull request that somebody closed is refused, in words', async () => {
    const pull = await rollback();
    await sandbox.forge.closePull({ repository: REPOSITORY, login: 'ada', number: pull.number });
    expect(await mergeOf(pull)).toEqual({
      kind: 'refused',
      message: `pull request ${pull.number} is closed`,
    });
  });
});

describe('what people did meanwhile', () => {
  test('a branch that is there already elsewhere is taken', async () => {
    const elsewhere = await sandbox.forge.commit(REPOSITORY, 'there', { 'x.txt': 'x' }, 'chore: x');
    const created = await sandbox.github.createBranch(REPOSITORY, 'there', sandbox.head);
    expect(created).toEqual({ taken: true, headSha: elsewhere });
  });

  test('a force-push under the pull request is a moved head, and nothing is merged', async () => {
    const pull = await rollback();
    const before = await sandbox.forge.head(REPOSITORY, 'main');
    await sandbox.forge.forcePush({
      ...{ repository: REPOSITORY, branch: pull.headBranch, login: 'ada' },
      edits: { [PATH]: `revision: forced-${counter}\n` },
    });
    expect(await mergeOf(pull)).toEqual({ kind: 'head-moved' });
    expect(await sandbox.forge.head(REPOSITORY, 'main')).toBe(before);
  });

  test('a file that was moved is NotFound where it was', async () => {
    await sandbox.forge.createRepository('acme/moving', { 'old/a.yaml': 'a: 1\n' });
    const request = { repository: 'acme/moving', from: 'old/a.yaml', to: 'new/a.yaml', login: 'ada' };
    await sandbox.forge.moveFile(request);
    const read = sandbox.github.readFile('acme/moving', 'old/a.yaml', 'main');
    await expect(read).rejects.toMatchObject({
      name: 'NotFound',
      message: expect.stringContaining('nothing there'),
    });
    expect((await sandbox.github.readFile('acme/moving', 'new/a.yaml', 'main')).text).toBe('a: 1\n');
  });

  test('a renamed repository is NotFound under its old name, for reads and writes, and says why', async () => {
    const head = await sandbox.forge.createRepository('acme/former', { 'a.txt': 'a' });
    sandbox.forge.rename({ repository: 'acme/former', to: 'acme/latter' });
    const renamed = {
      name: 'NotFound',
      message: expect.stringContaining('acme/former was renamed or moved at GitHub'),
    };
    await expect(sandbox.github.branchHead('acme/former', 'main')).rejects.toMatchObject(renamed);
    await expect(sandbox.github.createBranch('acme/former', 'x', head)).rejects.toMatchObject(renamed);
    expect(await sandbox.github.branchHead('acme/latter', 'main')).toBe(head);
  });
});

describe('what is left of the hourly limit', () => {
  const RESET = 1_790_003_600;
  const NOW = 1_790_000_000_000;
  const limited = (remaining: number, reset = RESET) => ({
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-reset': String(reset),
  });
  const budget = { limit: 5000, resetSeconds: 3600, resource: 'core' };
  function watched() {
    const heard: unknown[] = [];
    const github = githubForge({
      ...{ baseUrl: sandbox.forge.url, token: TOKEN, now: () => NOW, firstWaitMs: 5 },
      lowBudget: (left) => heard.push(left),
    });
    return { github, heard };
  }
  const leave = (remaining: number, times = 1) =>
    sandbox.forge.faults.inject({ operation: 'git/get-ref', headers: limited(remaining), times });

  test('below 1,000 it is told once until the reset, and nothing stops', async () => {
    const { github, heard } = watched();
    leave(1000);
    await github.branchHead(REPOSITORY, 'main');
    expect(heard).toEqual([]);
    leave(999);
    leave(998);
    await github.branchHead(REPOSITORY, 'main');
    await github.branchHead(REPOSITORY, 'main');
    expect(heard).toEqual([{ ...budget, remaining: 999 }]);
    expect((await github.createBranch(REPOSITORY, 'still', sandbox.head)).taken).toBe(false);
  });

  test('below 100 nothing is written until the reset; reading goes on', async () => {
    const { github } = watched();
    leave(99);
    await github.branchHead(REPOSITORY, 'main');
    const written = github.createBranch(REPOSITORY, 'paused', sandbox.head);
    await expect(written).rejects.toMatchObject({ name: 'RateLimited', retryAfterSeconds: 3601 });
    expect(await sandbox.forge.head(REPOSITORY, 'paused')).toBeUndefined();
    leave(98);
    expect(await github.branchHead(REPOSITORY, 'main')).toMatch(/^[0-9a-f]{40}$/);
  });

  test('a limit whose reset has passed holds nothing up', async () => {
    const { github } = watched();
    sandbox.forge.faults.inject({ operation: 'git/get-ref', headers: limited(5, NOW / 1000 - 1) });
    await github.branchHead(REPOSITORY, 'main');
    expect((await github.createBranch(REPOSITORY, 'after-reset', sandbox.head)).taken).toBe(false);
  });

  test('a wait that is short is waited for once; a second one is told', async () => {
    const short = { status: 403, headers: { 'retry-after': '1' } };
    sandbox.forge.faults.inject({ operation: 'git/get-ref', ...short, times: 2 });
    const read = sandbox.github.branchHead(REPOSITORY, 'main');
    await expect(read).rejects.toMatchObject({ name: 'RateLimited', retryAfterSeconds: 1 });
  });
});
