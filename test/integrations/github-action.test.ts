import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { Issuer } from '../../shared/approvals/index.ts';
import { END_STATES, OPEN_STATES } from '../../shared/deployments/contract.ts';
import { ID, startStub } from './stub-holdfast.ts';

let stub: Awaited<ReturnType<typeof startStub>>;
beforeEach(async () => {
  stub = await startStub();
  stub.script.states = [{ kind: 'Completed' }];
});
afterEach(() => stub.stop());

const posts = () => stub.seen.filter(({ method }) => method === 'POST');

test('the run asks for its own commit, with its own token for the audience, and is done when all is deployed', async () => {
  stub.script.states = [{ kind: 'Requested' }, { kind: 'RollingOut' }, { kind: 'Completed' }];
  const { code, log, outputs } = await stub.run({ HOLDFAST_CHANGE: '{"hotfix":true}' });
  expect([code, outputs]).toEqual([0, `id=${ID}\nstate=Completed\n`]);
  const [token, post] = stub.seen;
  expect([token?.url, token?.headers.authorization]).toEqual([
    '/token?api-version=2&audience=holdfast',
    'Bearer job',
  ]);
  expect([post?.url, post?.headers.authorization]).toEqual(['/v1/deployments', 'Bearer run-token']);
  expect(JSON.parse(post?.body ?? '')).toEqual({
    ...{ service: 'checkout', environment: 'staging', revision: 'a'.repeat(40) },
    change: { hotfix: true },
  });
  expect(log).toContain(`${ID} is RollingOut`);
});

test('the token is masked before anything else is said, and stands nowhere in the log again', async () => {
  const { log } = await stub.run();
  expect(log.indexOf('::add-mask::run-token')).toBe(0);
  expect(log.split('run-token')).toHaveLength(2);
});

test('a request whose answer was lost is repeated under the same key; a re-run has another', async () => {
  stub.script.post = [
    { status: 503, body: { detail: 'busy' } },
    { status: 429, body: {}, headers: { 'retry-after': '1' } },
  ];
  expect((await stub.run()).code).toBe(0);
  await stub.run({ GITHUB_RUN_ATTEMPT: '3' });
  const keys = posts().map(({ headers }) => headers['idempotency-key']);
  expect(keys).toEqual([...Array(3).fill('gha/42.2/checkout/staging'), 'gha/42.3/checkout/staging']);
});

test.each([...END_STATES].filter((kind) => kind !== 'Completed'))('an end in %s is a no', async (kind) => {
  stub.script.states = [{ kind, reason: 'POLICY' }];
  const { code, log, outputs } = await stub.run();
  expect([code, outputs]).toEqual([1, `id=${ID}\nstate=${kind}\n`]);
  expect(log).toContain(`::error::checkout in staging: ${ID} is ${kind} (POLICY)`);
});

test.each(OPEN_STATES)('a wait that is over in %s is told apart from a no', async (kind) => {
  stub.script.states = [{ kind }];
  const { code, log } = await stub.run({ HOLDFAST_WAIT_MINUTES: '0' });
  expect(code).toBe(3);
  expect(log).toContain(`::warning::checkout in staging: ${ID} is ${kind}`);
});

test.each([
  [400, 1],
  [403, 1],
  [404, 1],
  [409, 1],
  [401, 4],
])('a refusal with %d is not repeated, and says what Holdfast said', async (status, exit) => {
  const errors = [{ path: 'revision', message: 'must be a commit' }];
  stub.script.post = [{ status, body: { detail: 'no, %\nthank you', errors } }];
  const { code, log } = await stub.run();
  expect([code, posts().length]).toEqual([exit, 1]);
  expect(log).toContain('::error::no, %25%0Athank you; revision must be a commit');
});

test('a Holdfast that does not answer is tried five times and then unreachable', async () => {
  stub.script.post = Array(9).fill({ status: 502, body: {} });
  expect((await stub.run()).code).toBe(4);
  expect(posts()).toHaveLength(5);
});

test('an answer that names no deployment writes no output', async () => {
  stub.script.post = [{ status: 202, body: { id: 'x\nstate=Completed' } }];
  expect(await stub.run()).toMatchObject({ code: 4, outputs: '' });
});

test.each([
  ['HOLDFAST_API_URL', 'http://holdfast.example'],
  ['HOLDFAST_API_URL', 'nowhere'],
  ['HOLDFAST_API_URL', undefined],
  ['HOLDFAST_SERVICE', ''],
  ['HOLDFAST_CHANGE', 'hotfix'],
  ['HOLDFAST_CHANGE', '[1]'],
  ['HOLDFAST_WAIT_MINUTES', '-1'],
  ['HOLDFAST_WAIT_MINUTES', 'long'],
  ['ACTIONS_ID_TOKEN_REQUEST_URL', undefined],
])('%s of %j is a misuse, and nothing is deployed', async (name, value) => {
  const { code } = await stub.run({ [name]: value });
  expect([code, posts()]).toEqual([2, []]);
});

const Action = z.object({
  inputs: z.record(z.string(), z.object({ default: z.string().optional() })),
  runs: z.object({
    using: z.literal('composite'),
    steps: z.array(z.object({ run: z.string(), env: z.record(z.string(), z.string()) })).length(1),
  }),
});

test('the action hands every input to the script as a variable, and no text of an input is part of a command', () => {
  const { inputs, runs } = Action.parse(
    parse(readFileSync('docs/integrations/github-actions/action.yml', 'utf8')),
  );
  const [step] = runs.steps;
  expect(step?.run).not.toContain('${{');
  expect(Object.values(step?.env ?? {}).toSorted()).toEqual(
    Object.keys(inputs)
      .map((name) => `\${{ inputs.${name} }}`)
      .toSorted(),
  );
});

test('the list of issuers on the page is one that Holdfast takes', () => {
  for (const file of ['docs/integrations/github-actions.md', 'docs/deploy.md']) {
    const [, json = ''] = /```json\n(\[[\s\S]*?)```/.exec(readFileSync(file, 'utf8')) ?? [];
    expect(z.array(Issuer).safeParse(JSON.parse(json)).error).toBeUndefined();
  }
});
