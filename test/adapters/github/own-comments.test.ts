import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { PullRequest } from '../../../shared/ports/forge.ts';
import { hiddenMarker } from '../../../shared/ports/markers.ts';
import { adapter, openRollback, PATH, REPOSITORY, type Sandbox, startSandbox } from './sandbox.ts';

let sandbox: Sandbox;
let pull: PullRequest;
beforeAll(async () => {
  sandbox = await startSandbox();
  pull = await openRollback(sandbox);
});
afterEach(() => {
  expect(sandbox.forge.violations()).toEqual([]);
  sandbox.forge.faults.clear();
});
afterAll(() => sandbox.close());

const markers = async (github = sandbox.github, number = pull.number) =>
  (await github.ownComments(REPOSITORY, number)).map(({ marker }) => marker);
const commentOf = (part: string) => {
  const found = sandbox.forge.read(REPOSITORY).comments.find(({ body }) => body.includes(part));
  return found ?? { id: 0, createdAt: '' };
};

test('our marked comments are found under a pull request, with the time that the forge gave them', async () => {
  await sandbox.github.comment(REPOSITORY, pull.number, 'approval/one', 'May it?');
  const read = await sandbox.github.ownComments(REPOSITORY, pull.number);
  const at = new Date(commentOf('approval/one').createdAt).toISOString();
  expect(read).toEqual([{ marker: 'approval/one', createdAt: at }]);
});

test('a marker that somebody else wrote, or that does not stand first, or whose text was changed, is none of ours', async () => {
  const { forge, github } = sandbox;
  const by = { repository: REPOSITORY, login: 'ada', number: pull.number };
  await forge.comment({ ...by, body: `${hiddenMarker('approval/forged')}\nMay it?` });
  await github.comment(REPOSITORY, pull.number, 'other', `I quote ${hiddenMarker('approval/quoted')}`);
  await github.comment(REPOSITORY, pull.number, 'approval/two', 'May it?');
  expect(await markers()).toEqual(['approval/one', 'other', 'approval/two']);
  expect(await markers(adapter(forge.url, 'ada-token'))).toEqual(['approval/forged']);
  const { id } = commentOf('approval/two');
  const harmless = `${hiddenMarker('approval/two')}\nIt is harmless.`;
  await forge.editComment({ repository: REPOSITORY, login: 'ada', id, body: harmless });
  expect(await markers()).toEqual(['approval/one', 'other']);
});

test('a comment on a later page is found as well, also after an answer that got lost', async () => {
  const by = { repository: REPOSITORY, login: 'ada', number: pull.number };
  for (let i = 0; i < 100; i += 1) await sandbox.forge.comment({ ...by, body: `talk ${i}` });
  await sandbox.github.comment(REPOSITORY, pull.number, 'approval/late', 'May it?');
  sandbox.forge.faults.inject({ operation: 'graphql', status: 502 });
  expect(await markers()).toEqual(['approval/one', 'other', 'approval/late']);
});

test('nothing is ours under an issue, or under a number that nobody gave', async () => {
  const issue = { marker: 'escalation/x', title: 'x', body: 'x', labels: ['x'] };
  const { number } = await sandbox.github.openIssue(REPOSITORY, issue);
  await sandbox.github.comment(REPOSITORY, number, 'approval/issue', 'May it?');
  expect(await markers(sandbox.github, number)).toEqual([]);
  expect(await markers(sandbox.github, 4711)).toEqual([]);
});

test('the pull requests of a commit are the open one while it is not merged, and the one that brought it after that', async () => {
  const { forge, github } = sandbox;
  const of = async (sha: string) =>
    (await github.pullRequestsOf(REPOSITORY, sha)).map(({ number, state }) => `#${number} ${state}`);
  const headSha = await forge.commit(REPOSITORY, 'quick', { 'quick.txt': 'quick' }, 'feat: quick');
  const opened = await github.openPullRequest({
    ...{ repository: REPOSITORY, headBranch: 'quick', baseBranch: 'main' },
    ...{ title: 'quick', body: '', labels: [] },
  });
  expect(await of(headSha)).toEqual([`#${opened.number} open`]);
  expect(await of(sandbox.head)).toEqual([]);
  const merged = await github.merge(REPOSITORY, opened.number, { headSha, title: 'quick', message: '' });
  if (merged.kind !== 'merged') throw new Error(merged.kind);
  expect(await of(merged.sha)).toEqual([`#${opened.number} merged`]);
  const [found] = await github.pullRequestsOf(REPOSITORY, merged.sha);
  expect(found).toMatchObject({ mergeCommitSha: merged.sha, headSha });
  const pushed = await forge.commit(REPOSITORY, 'main', { [PATH]: 'revision: pushed\n' }, 'fix: pushed');
  expect(await of(pushed)).toEqual([]);
});

test('a commit that nobody made has none; a forge that fails for good is a fault', async () => {
  expect(await sandbox.github.pullRequestsOf(REPOSITORY, 'f'.repeat(40))).toEqual([]);
  sandbox.forge.faults.inject({
    ...{ operation: 'repos/list-pull-requests-associated-with-commit', status: 503, times: 9 },
  });
  await expect(sandbox.github.pullRequestsOf(REPOSITORY, sandbox.head)).rejects.toMatchObject({
    name: 'Unavailable',
  });
});
