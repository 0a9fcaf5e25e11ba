import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { graphqlUrl } from '../../../shared/adapters/github/graphql.ts';
import { adapter, openRollback, REPOSITORY, type Sandbox, startSandbox } from './sandbox.ts';

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox();
  sandbox.forge.setBranchRules(REPOSITORY, 'main', { mergeQueue: true });
  sandbox.forge.queue.hold({ repository: REPOSITORY });
});
afterEach(async () => {
  expect(sandbox.forge.violations()).toEqual([]);
  await sandbox.close();
});

const WORDS = { title: 'revert: go back', message: 'Holdfast-Plan: abc' };
const queued = (number: number) => sandbox.github.isQueued(REPOSITORY, number);
async function putInQueue() {
  const pull = await openRollback(sandbox);
  const request = { headSha: pull.headSha, ...WORDS };
  const merge = () => sandbox.github.merge(REPOSITORY, pull.number, request);
  return { pull, merge, first: await merge() };
}

describe('a branch with a merge queue', () => {
  test('a merge is a place in the queue; asking again changes nothing, and its turn merges it', async () => {
    const { pull, merge, first } = await putInQueue();
    expect([first, await merge()]).toEqual([{ kind: 'queued' }, { kind: 'queued' }]);
    expect(await queued(pull.number)).toBe(true);
    expect(sandbox.forge.requests()['pulls/merge']).toBeUndefined();
    await sandbox.forge.queue.release({ repository: REPOSITORY });
    expect(await queued(pull.number)).toBe(false);
    const head = await sandbox.forge.head(REPOSITORY, 'main');
    expect(await merge()).toEqual({ kind: 'merged', sha: head });
  });

  test('a head that moved is kept out of the queue', async () => {
    const pull = await openRollback(sandbox);
    await sandbox.forge.commit(REPOSITORY, pull.headBranch, { 'x.txt': 'x' }, 'feat: more');
    const merge = sandbox.github.merge(REPOSITORY, pull.number, { headSha: pull.headSha, ...WORDS });
    expect(await merge).toEqual({ kind: 'head-moved' });
    expect(await queued(pull.number)).toBe(false);
  });

  test('a pull request leaves the queue, and one that is not in it may leave too', async () => {
    const { pull } = await putInQueue();
    await sandbox.github.leaveQueue(REPOSITORY, pull.number);
    await sandbox.github.leaveQueue(REPOSITORY, pull.number);
    expect(await queued(pull.number)).toBe(false);
    await sandbox.forge.queue.release({ repository: REPOSITORY });
    expect((await sandbox.github.pullRequest(REPOSITORY, pull.number)).state).toBe('open');
  });

  test('what the queue throws out stays open and is no longer queued', async () => {
    const { pull } = await putInQueue();
    await sandbox.forge.queue.throwOut({ repository: REPOSITORY, number: pull.number });
    expect(await queued(pull.number)).toBe(false);
    expect((await sandbox.github.pullRequest(REPOSITORY, pull.number)).state).toBe('open');
  });

  test('a place in the queue whose answer was lost is not taken twice', async () => {
    const pull = await openRollback(sandbox);
    sandbox.forge.faults.inject({ operation: 'graphql', hangUp: 'after', times: 2 });
    const merge = sandbox.github.merge(REPOSITORY, pull.number, { headSha: pull.headSha, ...WORDS });
    expect(await merge).toEqual({ kind: 'queued' });
  });

  test('required reviews keep a pull request out of the queue, in words', async () => {
    sandbox.forge.setBranchRules(REPOSITORY, 'main', { mergeQueue: true, requiredApprovals: 1 });
    const { first } = await putInQueue();
    expect(first).toEqual({ kind: 'refused', message: expect.stringContaining('approving review') });
  });

  test('a queue that stands in no ruleset is found by the refusal of the merge', async () => {
    const pull = await openRollback(sandbox);
    sandbox.forge.faults.inject({ operation: 'repos/get-branch-rules', body: [] });
    const merge = sandbox.github.merge(REPOSITORY, pull.number, { headSha: pull.headSha, ...WORDS });
    expect(await merge).toEqual({ kind: 'queued' });
  });
});

const errors = [
  { type: 'NOT_FOUND', name: 'NotFound' },
  { type: 'FORBIDDEN', name: 'PermissionDenied' },
  { type: 'RATE_LIMITED', name: 'RateLimited' },
  { type: 'SOMETHING_NEW', name: 'Malformed' },
  { type: undefined, name: 'Unavailable' },
];
test.each(errors)('an error of type $type is the fault $name', async ({ type, name }) => {
  const body = { data: null, errors: [{ ...(type !== undefined && { type }), message: 'said so' }] };
  sandbox.forge.faults.inject({ operation: 'graphql', body, times: 4 });
  await expect(queued(1)).rejects.toMatchObject({ name, message: expect.stringContaining('said so') });
});

test('an answer that is no GraphQL is Malformed', async () => {
  sandbox.forge.faults.inject({ operation: 'graphql', body: { data: { repository: null } } });
  await expect(queued(1)).rejects.toMatchObject({ name: 'Malformed' });
});

test('a person without write access is kept from the queue', async () => {
  const pull = await openRollback(sandbox);
  const eve = adapter(sandbox.forge.url, sandbox.forge.tokenOf('eve'));
  const merge = eve.merge(REPOSITORY, pull.number, { headSha: pull.headSha, ...WORDS });
  await expect(merge).rejects.toMatchObject({ name: 'PermissionDenied' });
});

test.each([
  ['https://api.github.com', 'https://api.github.com/graphql'],
  ['https://ghe.example.com/api/v3', 'https://ghe.example.com/api/graphql'],
  ['http://127.0.0.1:4752', 'http://127.0.0.1:4752/graphql'],
])('the GraphQL API of %s is %s', (base, url) => {
  expect(graphqlUrl(base)).toBe(url);
});
