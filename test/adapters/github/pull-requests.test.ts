import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { BRANCH, openRollback, PATH, REPOSITORY, type Sandbox, startSandbox } from './sandbox.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterEach(() => {
  expect(sandbox.forge.violations()).toEqual([]);
});
afterAll(() => sandbox.close());

const OPEN = {
  repository: REPOSITORY,
  headBranch: BRANCH,
  baseBranch: 'main',
  title: 'again',
  body: 'again',
  labels: ['rollback', 'shop-staging'],
};

test('a pull request is opened with its labels, and opening it again finds it', async () => {
  const pull = await openRollback(sandbox);
  expect(pull).toMatchObject({
    state: 'open',
    title: 'Roll back shop in staging',
    headBranch: BRANCH,
    headSha: await sandbox.forge.head(REPOSITORY, BRANCH),
    baseBranch: 'main',
    baseSha: sandbox.head,
    labels: ['rollback', 'shop-staging'],
    authorLogin: 'holdfast[bot]',
  });
  const again = await sandbox.github.openPullRequest(OPEN);
  expect(again.number).toBe(pull.number);
  expect(await sandbox.github.openPullRequests(REPOSITORY, [])).toHaveLength(1);
});

test('one read alone tells whether it can be merged', async () => {
  const [listed] = await sandbox.github.openPullRequests(REPOSITORY, ['rollback']);
  const alone = await sandbox.github.pullRequest(REPOSITORY, listed?.number ?? 0);
  expect(alone.mergeable).toBe(true);
  expect(listed).not.toHaveProperty('mergeable');
  expect(alone).not.toHaveProperty('mergeCommitSha');
});

test('open pull requests are those that carry all of the labels', async () => {
  const count = async (...labels: string[]) =>
    (await sandbox.github.openPullRequests(REPOSITORY, labels)).length;
  expect(await count('rollback', 'shop-staging')).toBe(1);
  expect(await count('rollback', 'shop-production')).toBe(0);
  expect(await count()).toBe(1);
});

test('a pull request whose creation was answered to nobody is found, not opened twice', async () => {
  await sandbox.forge.commit(REPOSITORY, 'lost', { [PATH]: 'revision: lost\n' }, 'feat: lost');
  sandbox.forge.faults.inject({ operation: 'pulls/create', hangUp: 'after' });
  const pull = await sandbox.github.openPullRequest({ ...OPEN, headBranch: 'lost' });
  const open = await sandbox.github.openPullRequests(REPOSITORY, ['shop-staging']);
  expect(open.filter(({ headBranch }) => headBranch === 'lost').map(({ number }) => number)).toEqual([
    pull.number,
  ]);
});

test('a pull request that somebody opens between our look and our attempt is taken over', async () => {
  await sandbox.forge.commit(REPOSITORY, 'raced', { [PATH]: 'revision: raced\n' }, 'feat: raced');
  const [one, two] = await Promise.all([
    sandbox.github.openPullRequest({ ...OPEN, headBranch: 'raced' }),
    sandbox.github.openPullRequest({ ...OPEN, headBranch: 'raced' }),
  ]);
  expect(one.number).toBe(two.number);
});

test('a branch without commits of its own gives no pull request', async () => {
  await sandbox.github.createBranch(REPOSITORY, 'empty', sandbox.head);
  const opened = sandbox.github.openPullRequest({ ...OPEN, headBranch: 'empty' });
  await expect(opened).rejects.toMatchObject({ name: 'InvalidInput' });
});

test('body and state are changed, and closing twice is success', async () => {
  await sandbox.forge.commit(REPOSITORY, 'closing', { [PATH]: 'revision: closing\n' }, 'feat: closing');
  const { number } = await sandbox.github.openPullRequest({ ...OPEN, headBranch: 'closing' });
  await sandbox.github.updatePullRequest(REPOSITORY, number, { body: 'other' });
  expect(await sandbox.github.pullRequest(REPOSITORY, number)).toMatchObject({
    body: 'other',
    state: 'open',
  });
  await sandbox.github.updatePullRequest(REPOSITORY, number, { state: 'closed' });
  await sandbox.github.updatePullRequest(REPOSITORY, number, { state: 'closed' });
  expect((await sandbox.github.pullRequest(REPOSITORY, number)).state).toBe('closed');
});

test('a comment is made once per marker, also when its answer is lost', async () => {
  const [pull] = await sandbox.github.openPullRequests(REPOSITORY, ['rollback']);
  const number = pull?.number ?? 0;
  const before = sandbox.forge.requests()['issues/create-comment'] ?? 0;
  await sandbox.github.comment(REPOSITORY, number, 'rbk_1:aborted', 'Aborted.');
  await sandbox.github.comment(REPOSITORY, number, 'rbk_1:aborted', 'Aborted.');
  sandbox.forge.faults.inject({ operation: 'issues/create-comment', hangUp: 'after' });
  await sandbox.github.comment(REPOSITORY, number, 'rbk_1:healed', 'Healed.');
  expect((sandbox.forge.requests()['issues/create-comment'] ?? 0) - before).toBe(2);
});

test('labels are added to those that are there in one call each, and adding them again changes nothing', async () => {
  const [pull] = await sandbox.github.openPullRequests(REPOSITORY, ['rollback', 'shop-staging']);
  const number = pull?.number ?? 0;
  const before = sandbox.forge.requests()['issues/add-labels'] ?? 0;
  await sandbox.github.addLabels(REPOSITORY, number, ['rollback', 'urgent']);
  await sandbox.github.addLabels(REPOSITORY, number, ['rollback', 'urgent']);
  expect((await sandbox.github.pullRequest(REPOSITORY, number)).labels).toEqual([
    ...['rollback', 'shop-staging', 'urgent'],
  ]);
  expect((sandbox.forge.requests()['issues/add-labels'] ?? 0) - before).toBe(2);
});

test('labels whose answer is lost are added once more, and those of nothing are NotFound', async () => {
  const [pull] = await sandbox.github.openPullRequests(REPOSITORY, ['urgent']);
  const number = pull?.number ?? 0;
  sandbox.forge.faults.inject({ operation: 'issues/add-labels', hangUp: 'after' });
  await sandbox.github.addLabels(REPOSITORY, number, ['escalation']);
  expect((await sandbox.github.pullRequest(REPOSITORY, number)).labels).toContain('escalation');
  const missing = sandbox.github.addLabels(REPOSITORY, 999, ['urgent']);
  await expect(missing).rejects.toMatchObject({ name: 'NotFound' });
});

test('a marker that could end its own hiding place is refused', async () => {
  const comment = sandbox.github.comment(REPOSITORY, 1, 'x --> <b>', 'text');
  await expect(comment).rejects.toMatchObject({ name: 'InvalidInput' });
});

test('changed files are all listed, over more than one page', async () => {
  const files = Object.fromEntries(Array.from({ length: 130 }, (_, i) => [`many/${i}.txt`, `${i}`]));
  await sandbox.forge.commit(REPOSITORY, 'many', files, 'feat: many');
  const { number } = await sandbox.github.openPullRequest({ ...OPEN, headBranch: 'many' });
  expect((await sandbox.github.changedFiles(REPOSITORY, number)).toSorted()).toEqual(
    Object.keys(files).toSorted(),
  );
});

test('a pull request that is not there is NotFound', async () => {
  await expect(sandbox.github.pullRequest(REPOSITORY, 999)).rejects.toMatchObject({ name: 'NotFound' });
});
