import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type ApiServer, serve } from './api-server.ts';
import { holdfastHere } from './run.ts';

const ULID = '01JD0000000000000000000000';
const ROLLBACK = `rbk_${ULID}`;
const APPROVAL = `apr_${ULID}`;
const OPEN = {
  kind: 'approval',
  id: APPROVAL,
  rev: 1,
  state: { kind: 'Open' },
  service: 'checkout',
  environment: 'production',
  for: { kind: 'rollback', id: ROLLBACK },
  plan: { hash: 'h', url: 'https://forge/pr/7' },
  deadlineAt: '2026-11-21T13:00:00.000Z',
  notBy: ['dana'],
  overridable: ['I5'],
};
const attempt = (kind: string, more: object = {}) => ({
  ...{ id: ROLLBACK, rev: 2, mode: 'auto', ...more },
  state: { kind },
});

let api: ApiServer | undefined;
afterEach(() => api?.close());

async function over(answers: Readonly<Record<string, unknown>>, ...args: readonly string[]) {
  api = await serve(answers);
  return { ...(await holdfastHere(args, api.url)), calls: api.calls };
}

test('approvals lists who waits for whom, until when and who may not answer', async () => {
  const { code, stdout, calls } = await over(
    { '/v1/approvals': { items: [OPEN] } },
    ...['approvals', '--state', 'open'],
  );
  expect(code).toBe(0);
  for (const text of [APPROVAL, ROLLBACK, 'production', '13:00', 'dana', 'I5', 'https://forge/pr/7'])
    expect(stdout).toContain(text);
  expect(calls[0]?.call).toBe('GET /v1/approvals?limit=100&state=open');
});

test('approve answers an approval by its own id, with the overrides as they were named', async () => {
  const { code, calls } = await over(
    { [`POST /v1/approvals/${APPROVAL}`]: OPEN },
    ...['approve', APPROVAL, '--reason', 'seen', '--override', 'i3, I5'],
  );
  expect(code).toBe(0);
  expect(calls).toEqual([
    {
      call: `POST /v1/approvals/${APPROVAL}`,
      body: { verdict: 'approve', reason: 'seen', overrides: ['I3', 'I5'] },
    },
  ]);
});

test('approve finds the open approval of an attempt', async () => {
  const { code, calls } = await over(
    { '/v1/approvals': { items: [OPEN] }, [`POST /v1/approvals/${APPROVAL}`]: OPEN },
    ...['approve', ROLLBACK, '--reason', 'seen'],
  );
  expect(code).toBe(0);
  expect(calls.at(-1)).toEqual({
    call: `POST /v1/approvals/${APPROVAL}`,
    body: { verdict: 'approve', reason: 'seen' },
  });
});

test('an attempt that asks for nothing is not approved: 1', async () => {
  const { code, stderr, calls } = await over(
    { '/v1/approvals': { items: [] } },
    ...['approve', ROLLBACK, '--reason', 'x'],
  );
  expect(code).toBe(1);
  expect(stderr).toContain('asks for no approval');
  expect(calls).toHaveLength(1);
});

test('reject refuses the approval that an attempt waits for', async () => {
  const { code, calls } = await over(
    {
      [`/v1/rollbacks/${ROLLBACK}`]: attempt('AwaitingMerge'),
      '/v1/approvals': { items: [OPEN] },
      [`POST /v1/approvals/${APPROVAL}`]: OPEN,
    },
    ...['reject', ROLLBACK, '--reason', 'no'],
  );
  expect(code).toBe(0);
  expect(calls.at(-1)).toEqual({
    call: `POST /v1/approvals/${APPROVAL}`,
    body: { verdict: 'reject', reason: 'no' },
  });
});

test.each([
  [[], 'abort'],
  [['--manual'], 'manual'],
])('reject %j ends an attempt in review with the verdict %s', async (more, verdict) => {
  const { code, calls } = await over(
    {
      [`/v1/rollbacks/${ROLLBACK}`]: attempt('AwaitingHumanReview'),
      [`POST /v1/rollbacks/${ROLLBACK}/review`]: {},
    },
    ...['reject', ROLLBACK, '--reason', 'by hand', ...more],
  );
  expect(code).toBe(0);
  expect(calls.at(-1)).toEqual({
    call: `POST /v1/rollbacks/${ROLLBACK}/review`,
    body: { verdict, reason: 'by hand' },
  });
});

test('people apply sends the whole table, people list shows it', async () => {
  const people = [{ person: 'dana', role: 'approver', identities: [{ via: 'github', id: 'dana-gh' }] }];
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-people-'));
  const file = join(folder, 'people.yaml');
  writeFileSync(file, JSON.stringify({ people }));
  const applied = await over({ 'PUT /v1/people': { people } }, 'people', 'apply', '-f', file);
  rmSync(folder, { recursive: true });
  expect(applied.code).toBe(0);
  expect(applied.calls).toEqual([{ call: 'PUT /v1/people', body: { people } }]);
  await api?.close();
  const { stdout } = await over({ '/v1/people': { people } }, 'people', 'list');
  expect(stdout).toContain('dana    approver  github:dana-gh');
});

test.each([
  ['RollbackComplete', {}, 0],
  ['SelfHealed', {}, 0],
  ['Aborted', {}, 1],
  ['AwaitingHumanReview', {}, 3],
  ['AwaitingMerge', { mode: 'approve' }, 3],
])('watch ends for %s %j with %i', async (kind, more, expected) => {
  const { code, stdout } = await over(
    {
      [`/v1/rollbacks/${ROLLBACK}`]: attempt(kind, more),
      [`/v1/rollbacks/${ROLLBACK}/decisions`]: { items: [] },
    },
    ...['watch', ROLLBACK],
  );
  expect(code).toBe(expected);
  expect(stdout).toContain(`${ROLLBACK} is ${kind}`);
});

test('watch tells each step once and follows the newest attempt to its end', async () => {
  const step = (rev: number, from: string, to: string) => ({ rev, at: `t${rev}`, from, to, event: to });
  const { code, stderr } = await over(
    {
      '/v1/rollbacks': {
        items: [attempt('PullRequestOpen', { createdAt: '2026-11-21T12:00:00.000Z' })],
      },
      '/v1/deployments': { items: [] },
      [`/v1/rollbacks/${ROLLBACK}`]: [
        attempt('AwaitingMerge'),
        attempt('AwaitingHumanReview', { rev: 3 }),
        attempt('RollbackComplete', { rev: 4 }),
      ],
      [`/v1/rollbacks/${ROLLBACK}/decisions`]: [
        { items: [step(1, 'None', 'A'), step(2, 'A', 'B')] },
        { items: [step(1, 'None', 'A'), step(2, 'A', 'B'), step(3, 'B', 'C')] },
        { items: [step(3, 'B', 'C'), step(4, 'C', 'RollbackComplete')] },
      ],
    },
    ...['watch', '--through'],
  );
  expect(code).toBe(0);
  expect([...stderr.matchAll(/^t(\d)/gm)].map((found) => found[1])).toEqual(['1', '2', '3', '4']);
});

test('watch ends with 1 where there is nothing to watch', async () => {
  expect(
    (await over({ '/v1/rollbacks': { items: [] }, '/v1/deployments': { items: [] } }, 'watch')).code,
  ).toBe(1);
});
