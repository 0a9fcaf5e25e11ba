import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SandboxForge } from '../../../local/sandbox/forge/start-forge.ts';
import { ESCALATION, hiddenMarker } from '../../../shared/ports/index.ts';
import { mapGithub } from '../../../shared/signals/mappers/github.ts';
import { call, REPOSITORY, type Receiver, startReceiver, startTestForge } from './sandbox.ts';

const SECRET = 'webhook-secret';
let forge: SandboxForge;
let receiver: Receiver;
let number: number;
beforeAll(async () => {
  receiver = await startReceiver();
  forge = await startTestForge({
    webhook: { url: receiver.url, secret: SECRET },
    people: { ada: 'ada-token', ben: 'ben-token' },
  });
  await forge.createRepository(REPOSITORY, { 'a.txt': 'a\n' });
  number = await pullOf('feature');
});
afterAll(async () => {
  expect(forge.violations()).toEqual([]);
  await forge.close();
  receiver.close();
});

async function pullOf(branch: string): Promise<number> {
  await forge.commit(REPOSITORY, branch, { [`${branch}.txt`]: branch }, `feat: ${branch}`);
  const { body } = await call(forge, 'POST', '/pulls', { title: branch, head: branch, base: 'main' });
  return Number(body.number);
}
async function told(event: string): Promise<readonly Record<string, unknown>[]> {
  await forge.idle();
  return receiver.of(event);
}
const by = (login: string) => ({ repository: REPOSITORY, number, login });

describe('comments', () => {
  test('each comment is told when it is made, changed and deleted, in the name of who did it', async () => {
    const id = await forge.comment({ ...by('ada'), body: 'APPROVE it is right' });
    await forge.editComment({ ...by('ada'), id, body: 'ABORT' });
    await forge.deleteComment({ ...by('ben'), id });
    const events = (await told('issue_comment')).filter(({ comment }) => Object(comment).id === id);
    expect(events).toMatchObject([
      { action: 'created', comment: { body: 'APPROVE it is right' }, sender: { login: 'ada', type: 'User' } },
      { action: 'edited', changes: { body: { from: 'APPROVE it is right' } }, comment: { body: 'ABORT' } },
      { action: 'deleted', comment: { user: { login: 'ada' } }, sender: { login: 'ben' } },
    ]);
    expect(events[0]).toMatchObject({
      issue: { number, pull_request: { url: `${forge.url}/repos/${REPOSITORY}/pulls/${number}` } },
      repository: { full_name: REPOSITORY },
    });
  });

  test('people comment by their own token as well, and strangers have none', async () => {
    const body = { body: 'MANUAL I take it' };
    const path = `/issues/${number}/comments`;
    expect((await call(forge, 'POST', path, body, 'ben-token')).body).toMatchObject({
      user: { login: 'ben' },
    });
    const eve = await call(forge, 'POST', path, body, forge.tokenOf('eve'));
    expect([eve.status, eve.body.user]).toEqual([201, expect.objectContaining({ login: 'eve' })]);
    expect((await call(forge, 'POST', path, body, 'no-token')).status).toBe(401);
    const [last] = (await told('issue_comment')).toReversed();
    expect(last).toMatchObject({ action: 'created', sender: { login: 'eve' } });
  });

  test('of a comment on an issue is told in words by which ours are known', async () => {
    const body = `${hiddenMarker(`${ESCALATION}rbk_1/NO_CANDIDATE`)}\nno candidate`;
    const numberOf = async (text: string) =>
      Number((await call(forge, 'POST', '/issues', { title: 'x', body: text })).body.number);
    const ours = await numberOf(body);
    const theirs = await numberOf('no candidate');
    for (const issue of [ours, theirs]) await forge.comment({ ...by('ada'), number: issue, body: 'ABORT' });
    const bodies = (await told('issue_comment')).slice(-2);
    const headers = { 'x-github-event': 'issue_comment', 'x-github-delivery': 'g' };
    const mapped = bodies.map((each) =>
      mapGithub({ body: each, headers, receivedAt: '2026-11-21T10:00:00.000Z' }),
    );
    const labels = { repository: REPOSITORY, number: ours, login: 'ada', onIssue: true };
    expect(mapped).toMatchObject([
      { kind: 'signals', signals: [{ labels }] },
      { kind: 'signals', signals: [] },
    ]);
  });
});

describe('roles', () => {
  test('who may only read can talk, and changes nothing', async () => {
    forge.setRole({ repository: REPOSITORY, login: 'reader', role: 'read' });
    const token = forge.tokenOf('reader');
    const merge = { sha: 'a'.repeat(40), merge_method: 'squash' };
    expect((await call(forge, 'PUT', `/pulls/${number}/merge`, merge, token)).status).toBe(403);
    expect((await call(forge, 'PATCH', `/pulls/${number}`, { state: 'closed' }, token)).status).toBe(403);
    expect((await call(forge, 'DELETE', '/git/refs/heads/feature', undefined, token)).status).toBe(403);
    const review = { event: 'APPROVE' };
    expect((await call(forge, 'POST', `/pulls/${number}/reviews`, review, token)).status).toBe(200);
  });

  test('a role that is given, and one that is taken away, are read', async () => {
    const permission = (login: string) => call(forge, 'GET', `/collaborators/${login}/permission`);
    forge.setRole({ repository: REPOSITORY, login: 'mia', role: 'maintain' });
    expect((await permission('mia')).body).toMatchObject({ permission: 'write', role_name: 'maintain' });
    forge.setRole({ repository: REPOSITORY, login: 'mia', role: 'none' });
    expect((await permission('mia')).body).toMatchObject({ permission: 'none' });
    expect((await permission('nobody')).status).toBe(404);
  });
});

describe('reviews', () => {
  test('a review is told, and nobody approves what is theirs', async () => {
    await forge.review({ ...by('ben'), state: 'APPROVED', body: 'fine' });
    const [last] = (await told('pull_request_review')).toReversed();
    expect(last).toMatchObject({
      action: 'submitted',
      review: { state: 'approved', user: { login: 'ben' } },
      pull_request: { number },
    });
    const own = await call(forge, 'POST', `/pulls/${number}/reviews`, { event: 'APPROVE' });
    expect(own.status).toBe(422);
  });
});

describe('pull requests of people', () => {
  test('a person opens, merges and closes, and each is told in their name', async () => {
    await forge.commit(REPOSITORY, 'theirs', { 't.txt': 't' }, 'feat: t');
    await forge.commit(REPOSITORY, 'dropped', { 'd.txt': 'd' }, 'feat: d');
    const request = { repository: REPOSITORY, login: 'ada' };
    const merged = await forge.openPull({ ...request, head: 'theirs', title: 'Promote' });
    const closed = await forge.openPull({ ...request, head: 'dropped', title: 'Drop' });
    await forge.mergePull({ ...request, login: 'ben', number: merged });
    await forge.closePull({ ...request, number: closed });
    const ends = (await told('pull_request')).filter(({ action }) => action === 'closed');
    expect(ends).toMatchObject([
      { number: merged, pull_request: { merged: true, user: { login: 'ada' } }, sender: { login: 'ben' } },
      { number: closed, pull_request: { merged: false }, sender: { login: 'ada' } },
    ]);
    const known = forge.read(REPOSITORY).pulls.map((pull) => [pull.title, pull.merge?.login]);
    expect(known).toEqual(
      expect.arrayContaining([
        ['Promote', 'ben'],
        ['Drop', undefined],
      ]),
    );
  });

  test('a merge that the rules forbid is refused in the words of GitHub', async () => {
    forge.setBranchRules(REPOSITORY, 'main', { requiredApprovals: 9 });
    const merge = forge.mergePull({ ...by('ada') });
    await expect(merge).rejects.toThrow('At least 9 approving review');
    forge.setBranchRules(REPOSITORY, 'main', {});
  });
});

describe('what a forge keeps', () => {
  test('comments, reviews, issues, roles, the queue and former names outlive a restart', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-forge-'));
    const first = await startTestForge({ dataDir });
    await first.createRepository('acme/old', { 'a.txt': 'a' });
    first.rename({ repository: 'acme/old', to: REPOSITORY });
    first.setBranchRules(REPOSITORY, 'main', { mergeQueue: true });
    first.setRole({ repository: REPOSITORY, login: 'mia', role: 'admin' });
    await first.commit(REPOSITORY, 'feature', { 'b.txt': 'b' }, 'feat: b');
    await call(first, 'POST', '/pulls', { title: 'b', head: 'feature', base: 'main' });
    const issue = await call(first, 'POST', '/issues', { title: 'look', labels: ['urgent'] });
    const id = await first.comment({ repository: REPOSITORY, login: 'mia', number: 1, body: 'hello' });
    await first.review({ repository: REPOSITORY, login: 'mia', number: 1, state: 'APPROVED' });
    await first.close();

    const second = await startTestForge({ dataDir });
    expect(issue.body.number).toBe(2);
    expect((await call(second, 'GET', '/issues?labels=urgent')).body).toMatchObject([{ number: 2 }]);
    expect((await call(second, 'GET', `/issues/comments/${id}`)).body).toMatchObject({ body: 'hello' });
    expect((await call(second, 'GET', '/pulls/1/reviews')).body).toMatchObject([{ state: 'APPROVED' }]);
    const { body } = await call(second, 'GET', '/collaborators/mia/permission');
    expect(body).toMatchObject({ role_name: 'admin' });
    const moved = await fetch(`${second.url}/repos/acme/old/pulls?state=open`, {
      headers: { authorization: 'Bearer bot-token' },
      redirect: 'manual',
    });
    expect([moved.status, moved.headers.get('location')]).toEqual([
      301,
      expect.stringMatching(/\/repositories\/\d+\/pulls\?state=open$/),
    ]);
    await second.close();
  });
});
