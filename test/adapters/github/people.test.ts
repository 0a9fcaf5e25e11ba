import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { PullRequest } from '../../../shared/ports/forge.ts';
import { hiddenMarker } from '../../../shared/ports/markers.ts';
import { adapter, openRollback, REPOSITORY, type Sandbox, startSandbox } from './sandbox.ts';

let sandbox: Sandbox;
let pull: PullRequest;
beforeAll(async () => {
  sandbox = await startSandbox();
  pull = await openRollback(sandbox);
});
afterEach(() => {
  expect(sandbox.forge.violations()).toEqual([]);
});
afterAll(() => sandbox.close());

const by = (login: string) => ({ repository: REPOSITORY, login, number: pull.number });

describe('comments', () => {
  test('a comment is read as it stands now: who, what, where, and that nobody changed it', async () => {
    const id = await sandbox.forge.comment({ ...by('ada'), body: 'APPROVE it is right' });
    const read = await sandbox.github.readComment(REPOSITORY, id);
    expect(read).toMatchObject({
      ...{ id, login: 'ada', byBot: false, edited: false, number: pull.number },
      body: 'APPROVE it is right',
    });
    expect(read?.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
  });

  test('a comment that was changed says so, and one that was deleted is not there', async () => {
    const id = await sandbox.forge.comment({ ...by('ada'), body: 'I wonder' });
    await sandbox.forge.editComment({ repository: REPOSITORY, login: 'ada', id, body: 'APPROVE' });
    expect(await sandbox.github.readComment(REPOSITORY, id)).toMatchObject({ edited: true, body: 'APPROVE' });
    await sandbox.forge.deleteComment({ repository: REPOSITORY, login: 'ada', id });
    expect(await sandbox.github.readComment(REPOSITORY, id)).toBeUndefined();
  });

  test('a comment of a bot is known as one', async () => {
    const id = await sandbox.forge.comment({ ...by('helper[bot]'), body: 'APPROVE' });
    expect(await sandbox.github.readComment(REPOSITORY, id)).toMatchObject({ byBot: true });
  });

  test('a comment that an app wrote in the name of a person counts as a bot’s', async () => {
    const id = await sandbox.forge.comment({ ...by('ada'), body: 'APPROVE', viaApp: true });
    expect(await sandbox.github.readComment(REPOSITORY, id)).toMatchObject({ byBot: true, login: 'ada' });
  });
});

describe('permissions', () => {
  test.each(['admin', 'maintain', 'write', 'triage', 'read', 'none'] as const)(
    'the role %s is told as it is, also where GitHub’s older field knows no word for it',
    async (role) => {
      sandbox.forge.setRole({ repository: REPOSITORY, login: `one-of-${role}`, role });
      expect(await sandbox.github.permission(REPOSITORY, `one-of-${role}`)).toBe(role);
    },
  );

  test('who is unknown to the repository may do nothing', async () => {
    expect(await sandbox.github.permission(REPOSITORY, 'mallory')).toBe('none');
  });

  test('a role of the organization’s own counts as the permission that it gives', async () => {
    const body = { permission: 'write', role_name: 'release-captain', user: null };
    sandbox.forge.faults.inject({ operation: 'repos/get-collaborator-permission-level', body });
    expect(await sandbox.github.permission(REPOSITORY, 'ada')).toBe('write');
  });
});

describe('reviews', () => {
  test('the last word of each reviewer counts, and comments are none', async () => {
    const { forge, github } = sandbox;
    await forge.review({ ...by('ada'), state: 'CHANGES_REQUESTED' });
    await forge.review({ ...by('ada'), state: 'APPROVED' });
    await forge.review({ ...by('ada'), state: 'COMMENTED', body: 'nice' });
    await forge.review({ ...by('ben'), state: 'COMMENTED' });
    const reviewId = await forge.review({ ...by('cleo'), state: 'APPROVED' });
    await forge.dismissReview({ ...by('ada'), reviewId });
    expect(await github.reviews(REPOSITORY, pull.number)).toEqual([
      { login: 'ada', state: 'approved', commitSha: pull.headSha },
      { login: 'cleo', state: 'dismissed', commitSha: pull.headSha },
    ]);
  });

  test('an approval keeps the head that it was given to', async () => {
    const after = await sandbox.forge.commit(REPOSITORY, pull.headBranch, { 'x.txt': 'x' }, 'feat: more');
    const [review] = await sandbox.github.reviews(REPOSITORY, pull.number);
    expect(review?.commitSha).toBe(pull.headSha);
    expect(after).not.toBe(pull.headSha);
  });

  test('nobody approves their own pull request at the forge', async () => {
    const review = sandbox.forge.review({ ...by('holdfast[bot]'), state: 'APPROVED' });
    await expect(review).rejects.toThrow('Can not approve your own pull request');
  });
});

describe('issues', () => {
  const issue = {
    marker: 'rbk_1:CI_FAILED',
    title: 'Roll back shop: CI failed',
    body: 'Somebody must look.',
    labels: ['holdfast', 'escalation'],
  };
  const made = () => sandbox.forge.requests()['issues/create'] ?? 0;

  test('an issue is opened once per marker', async () => {
    const once = await sandbox.github.openIssue(REPOSITORY, issue);
    expect(await sandbox.github.openIssue(REPOSITORY, issue)).toEqual(once);
    expect(once.number).toBeGreaterThan(pull.number);
    expect(once.url).toContain(`/issues/${once.number}`);
    expect(made()).toBe(1);
    const other = await sandbox.github.openIssue(REPOSITORY, { ...issue, marker: 'rbk_2:CI_FAILED' });
    expect(other.number).not.toBe(once.number);
  });

  test('an issue whose answer was lost is found, not opened again', async () => {
    const before = made();
    sandbox.forge.faults.inject({ operation: 'issues/create', hangUp: 'after' });
    await sandbox.github.openIssue(REPOSITORY, { ...issue, marker: 'rbk_3:NO_CANDIDATE' });
    expect(made()).toBe(before + 1);
  });

  test('a marker that could end its own hiding place opens nothing', async () => {
    const opened = sandbox.github.openIssue(REPOSITORY, { ...issue, marker: 'x --> <b>' });
    await expect(opened).rejects.toMatchObject({ name: 'InvalidInput' });
  });

  test('an issue is read with its marker, and as ours only by whoever opened it', async () => {
    const { forge, github } = sandbox;
    const { number } = await github.openIssue(REPOSITORY, { ...issue, marker: 'escalation/rbk_4/X' });
    const read = { number, ours: true, edited: false, marker: 'escalation/rbk_4/X' };
    expect(await github.readIssue(REPOSITORY, number)).toEqual(read);
    const asAda = adapter(forge.url, forge.tokenOf('ada'));
    expect(await asAda.readIssue(REPOSITORY, number)).toEqual({ ...read, ours: false });
  });

  test('an issue whose text was changed says so, and one that only stands elsewhere does not', async () => {
    const { number } = await sandbox.github.openIssue(REPOSITORY, { ...issue, marker: 'escalation/rbk_5/X' });
    const change = (fields: object) =>
      fetch(`${sandbox.forge.url}/repos/${REPOSITORY}/issues/${number}`, {
        method: 'PATCH',
        headers: { authorization: `Bearer ${sandbox.forge.tokenOf('ada')}` },
        body: JSON.stringify(fields),
      });
    expect((await change({ state: 'closed' })).status).toBe(200);
    expect(await sandbox.github.readIssue(REPOSITORY, number)).toMatchObject({ ours: true, edited: false });
    const body = `> quoted\n${hiddenMarker('escalation/rbk_6/X')}`;
    expect((await change({ body })).status).toBe(200);
    const read = await sandbox.github.readIssue(REPOSITORY, number);
    expect(read).toEqual({ number, ours: true, edited: true });
  });

  test('neither a pull request nor what is not there is an issue', async () => {
    for (const number of [pull.number, 4711])
      expect(await sandbox.github.readIssue(REPOSITORY, number)).toBeUndefined();
    expect(await sandbox.github.readIssue('acme/nowhere', 1)).toBeUndefined();
  });

  test('comments are made on issues as on pull requests', async () => {
    const { number } = await sandbox.github.openIssue(REPOSITORY, issue);
    await sandbox.github.comment(REPOSITORY, number, 'rbk_1:paged', 'An hour has passed.');
    await sandbox.github.comment(REPOSITORY, number, 'rbk_1:paged', 'An hour has passed.');
    const id = await sandbox.forge.comment({ ...by('ada'), number, body: 'ABORT never mind' });
    expect(await sandbox.github.readComment(REPOSITORY, id)).toMatchObject({ number });
  });
});
