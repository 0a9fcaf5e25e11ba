import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SandboxForge } from '../../../local/sandbox/forge/start-forge.ts';
import { call, REPOSITORY, type Receiver, startReceiver, startTestForge } from './sandbox.ts';

let forge: SandboxForge;
let receiver: Receiver;
beforeEach(async () => {
  receiver = await startReceiver();
  forge = await startTestForge({ webhook: { url: receiver.url, secret: 's' } });
  await forge.createRepository(REPOSITORY, { 'a.txt': 'a\n' });
  forge.setBranchRules(REPOSITORY, 'main', { mergeQueue: true, requiredChecks: ['unit'] });
});
afterEach(async () => {
  expect(forge.violations()).toEqual([]);
  await forge.close();
  receiver.close();
});

const ENQUEUE = 'mutation E($input: EnqueuePullRequestInput!) { enqueuePullRequest(input: $input) { x } }';
const DEQUEUE = 'mutation D($input: DequeuePullRequestInput!) { dequeuePullRequest(input: $input) { x } }';

async function graphql(query: string, input: Readonly<Record<string, unknown>>) {
  const answer = await fetch(`${forge.url}/graphql`, {
    method: 'POST',
    headers: { authorization: 'Bearer bot-token' },
    body: JSON.stringify({ query, variables: { input } }),
  });
  expect(answer.status).toBe(200);
  return (await answer.json()) as { readonly errors?: readonly { readonly type: string }[] };
}

async function pullOf(branch: string, file = `${branch}.txt`) {
  const sha = await forge.commit(REPOSITORY, branch, { [file]: branch }, `feat: ${branch}`);
  const { body } = await call(forge, 'POST', '/pulls', { title: branch, head: branch, base: 'main' });
  return { sha, number: Number(body.number), id: String(body.node_id) };
}
const green = (sha: string) =>
  call(forge, 'POST', '/check-runs', { name: 'unit', head_sha: sha, conclusion: 'success' });
const enter = (pull: { readonly id: string; readonly sha: string }) =>
  graphql(ENQUEUE, { pullRequestId: pull.id, expectedHeadOid: pull.sha });
const state = async (number: number) => (await call(forge, 'GET', `/pulls/${number}`)).body;

test('the queue waits for the checks and then merges by itself', async () => {
  const pull = await pullOf('feature');
  expect((await enter(pull)).errors).toBeUndefined();
  await forge.idle();
  expect(await state(pull.number)).toMatchObject({ merged: false, state: 'open' });
  await green(pull.sha);
  await forge.idle();
  expect(await state(pull.number)).toMatchObject({ merged: true });
  const actions = receiver.of('pull_request').map(({ action, reason }) => [action, reason]);
  expect(actions).toEqual([
    ['opened', undefined],
    ['enqueued', undefined],
    ['closed', undefined],
    ['dequeued', 'MERGE'],
  ]);
});

test('a direct merge is refused where there is a queue', async () => {
  const pull = await pullOf('feature');
  await green(pull.sha);
  const merge = { sha: pull.sha, merge_method: 'squash' };
  const { status, body } = await call(forge, 'PUT', `/pulls/${pull.number}/merge`, merge);
  expect([status, body.message]).toEqual([405, expect.stringContaining('merge queue')]);
});

test('a held queue merges nothing until it is released, and then one or all', async () => {
  forge.queue.hold({ repository: REPOSITORY });
  const one = await pullOf('one');
  const two = await pullOf('two');
  for (const pull of [one, two]) {
    await green(pull.sha);
    await enter(pull);
  }
  await forge.idle();
  expect(await state(one.number)).toMatchObject({ merged: false });
  await forge.queue.release({ repository: REPOSITORY, number: two.number });
  expect([await state(one.number), await state(two.number)]).toMatchObject([
    { merged: false },
    { merged: true },
  ]);
  await forge.queue.release({ repository: REPOSITORY });
  expect(await state(one.number)).toMatchObject({ merged: true });
});

test('what no longer fits when its turn comes is thrown out, and says why', async () => {
  forge.queue.hold({ repository: REPOSITORY });
  const one = await pullOf('one', 'same.txt');
  const two = await pullOf('two', 'same.txt');
  for (const pull of [one, two]) await enter(pull);
  await forge.queue.release({ repository: REPOSITORY });
  await forge.idle();
  expect(await state(two.number)).toMatchObject({ merged: false, state: 'open' });
  const out = receiver.of('pull_request').filter(({ action }) => action === 'dequeued');
  expect(out).toMatchObject([
    { number: one.number, reason: 'MERGE' },
    { number: two.number, reason: 'MERGE_CONFLICT' },
  ]);
});

test('a push takes a pull request out of the queue', async () => {
  const pull = await pullOf('feature');
  await enter(pull);
  await forge.commit(REPOSITORY, 'feature', { 'more.txt': 'x' }, 'feat: more');
  await forge.queue.release({ repository: REPOSITORY });
  expect(await state(pull.number)).toMatchObject({ merged: false, state: 'open' });
  expect((await graphql(DEQUEUE, { id: pull.id })).errors).toMatchObject([{ type: 'UNPROCESSABLE' }]);
});

test('refusals are answers with errors, as GraphQL has it', async () => {
  const pull = await pullOf('feature');
  const types = [
    await enter({ ...pull, sha: 'a'.repeat(40) }),
    await enter({ ...pull, id: 'nobody' }),
    await graphql('query Other { viewer { login } }', {}),
  ].map(({ errors }) => errors?.[0]?.type);
  expect(types).toEqual(['UNPROCESSABLE', 'NOT_FOUND', 'UNPROCESSABLE']);
});
