import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type ApiServer, serve } from './api-server.ts';
import { APPROVAL, DEPLOYMENT, deploymentIn, REVISION, ROLLOUT, rolloutIn, step } from './rollout-answers.ts';
import { holdfastHere } from './run.ts';

let api: ApiServer | undefined;
afterEach(() => api?.close());

async function over(answers: Readonly<Record<string, unknown>>, ...args: readonly string[]) {
  api = await serve(answers);
  return { ...(await holdfastHere(args, api.url)), calls: api.calls };
}

const DECISIONS = { items: [step(1, 'None', 'DeploymentRequested', 'Requested')] };
const deploying = (...states: readonly object[]) => ({
  'POST /v1/deployments': deploymentIn('Requested'),
  [`/v1/deployments/${DEPLOYMENT}`]: states,
  [`/v1/deployments/${DEPLOYMENT}/decisions`]: DECISIONS,
  [`/v1/rollouts/${ROLLOUT}/decisions`]: { items: [step(1, 'None', 'RolloutPlanned', 'Planned')] },
});
const DEPLOY = ['deploy', 'checkout', 'staging', REVISION];

test('deploy asks for the revision, tells what happens on stderr, and answers how it ended on stdout', async () => {
  const { code, stdout, stderr, calls } = await over(deploying(deploymentIn('Completed')), ...DEPLOY);
  expect(code).toBe(0);
  expect(calls[0]).toEqual({
    call: 'POST /v1/deployments',
    body: { service: 'checkout', environment: 'staging', revision: REVISION },
  });
  expect(stdout).toBe(`${DEPLOYMENT} is Completed\n`);
  expect(stderr).toContain('None -> Requested');
  expect(stderr).toContain('why DeploymentRequested');
});

test('what the caller says of the change and the stages it wants go with the request', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-deploy-'));
  const file = join(folder, 'change.yaml');
  writeFileSync(file, 'hotfix: true\ndataClasses: [payment]\n');
  const args = [...DEPLOY, '--change', file, '--preset', 'blue-green', '--no-wait'];
  const { code, stdout, calls } = await over(deploying(), ...args);
  rmSync(folder, { recursive: true });
  expect(code).toBe(0);
  expect(calls).toEqual([
    {
      call: 'POST /v1/deployments',
      body: {
        ...{ service: 'checkout', environment: 'staging', revision: REVISION },
        ...{ change: { hotfix: true, dataClasses: ['payment'] }, preset: 'blue-green' },
      },
    },
  ]);
  expect(stdout).toContain(`holdfast watch ${DEPLOYMENT}`);
});

test.each([
  ['Completed', 0],
  ['RolledBack', 1],
  ['Blocked', 1],
  ['Aborted', 1],
  ['Observed', 1],
  ['AwaitingApproval', 3],
  ['AwaitingHumanReview', 3],
])('a deployment that is %s ends the command with %i', async (state, expected) => {
  expect((await over(deploying(deploymentIn(state)), ...DEPLOY)).code).toBe(expected);
});

test('a deployment that asks says whom to ask, and where to read why', async () => {
  const { stderr } = await over(
    deploying(deploymentIn('AwaitingApproval', { approval: APPROVAL })),
    ...DEPLOY,
  );
  expect(stderr).toContain(`holdfast approve ${APPROVAL}`);
  expect(stderr).toContain(`holdfast explain deployment ${DEPLOYMENT}`);
});

test('a rollout that is held waits for a person: 3, with its approval', async () => {
  const held = rolloutIn('Held', {
    state: { kind: 'Held', reason: 'UNDECIDED', stage: 1 },
    approval: APPROVAL,
  });
  const { code, stdout, stderr } = await over(
    {
      ...deploying(deploymentIn('RollingOut', { rollout: ROLLOUT })),
      [`/v1/rollouts/${ROLLOUT}`]: held,
    },
    ...DEPLOY,
  );
  expect(code).toBe(3);
  expect(stdout).toContain(`${ROLLOUT} is Held(UNDECIDED) at 50 % of the traffic`);
  expect(stderr).toContain(`holdfast approve ${APPROVAL}`);
});

test('where nothing can be drawn each look of the judge is a line, and --through goes on to the end', async () => {
  const { code, stderr } = await over(
    {
      ...deploying(
        deploymentIn('RollingOut', { rollout: ROLLOUT }),
        deploymentIn('Completed', { rollout: ROLLOUT, rev: 2 }),
      ),
      [`/v1/rollouts/${ROLLOUT}`]: [rolloutIn('Held'), rolloutIn('Promoted', { weight: 1 })],
    },
    ...[...DEPLOY, '--through'],
  );
  expect(code).toBe(0);
  expect(stderr).toContain('canary 4 of 98 failed, baseline 1 of 102 failed');
  expect(stderr).toContain('ln E 1.25 (worse at 4.83), always-valid p 0.287, ln E safe -0.50 (safe at 3.00)');
  expect(stderr).not.toContain('\u001b');
});

test('--json is one document on stdout', async () => {
  const { code, stdout } = await over(deploying(deploymentIn('Blocked')), ...DEPLOY, '--json');
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ id: DEPLOYMENT, state: { kind: 'Blocked' } });
});

test('a deployment of which nothing is heard any more goes on, and the command says how to find it: 4', async () => {
  expect((await holdfastHere(DEPLOY)).code).toBe(4);
  const { code, stderr } = await over(
    { ...deploying(), [`/v1/deployments/${DEPLOYMENT}`]: { status: 401, title: 'Unauthorized' } },
    ...DEPLOY,
  );
  expect(code).toBe(4);
  expect(stderr).toContain(`holdfast watch ${DEPLOYMENT}`);
});

test('a refusal of the API is said and ends with 1', async () => {
  const { code, stderr } = await over(
    { 'POST /v1/deployments': { status: 409, title: 'Conflict', detail: 'dep_X is under way' } },
    ...DEPLOY,
  );
  expect(code).toBe(1);
  expect(stderr).toContain('dep_X is under way');
});

test.each([
  ['pause', 'Paused'],
  ['resume', 'AtStage'],
  ['promote', 'Shifting'],
  ['abort', 'RollingBack'],
])('rollout %s says so with its reason', async (verb, state) => {
  const path = `POST /v1/rollouts/${ROLLOUT}/${verb}`;
  const args = ['rollout', verb, ROLLOUT, '--reason', 'seen'];
  const { code, stdout, calls } = await over(
    { [path]: rolloutIn(state, { state: { kind: state } }) },
    ...args,
  );
  expect(code).toBe(0);
  expect(stdout).toBe(`${ROLLOUT} is ${state}\n`);
  expect(calls).toEqual([{ call: path, body: { reason: 'seen' } }]);
});

test.each(['abort', 'promote', 'retry'])('deployment %s says so with its reason', async (verb) => {
  const path = `POST /v1/deployments/${DEPLOYMENT}/${verb}`;
  const args = ['deployment', verb, DEPLOYMENT, '--reason', 'seen'];
  const { code, stdout, calls } = await over({ [path]: deploymentIn('Requested') }, ...args);
  expect(code).toBe(0);
  expect(stdout).toContain(DEPLOYMENT);
  expect(calls).toEqual([{ call: path, body: { reason: 'seen' } }]);
});

test.each([
  ['Promoted', 0],
  ['RolledBack', 1],
  ['Aborted', 1],
  ['Held', 3],
  ['Paused', 3],
])('watch of a rollout that is %s ends with %i', async (state, expected) => {
  const answers = {
    [`/v1/rollouts/${ROLLOUT}`]: rolloutIn(state),
    [`/v1/rollouts/${ROLLOUT}/decisions`]: { items: [] },
  };
  expect((await over(answers, 'watch', ROLLOUT)).code).toBe(expected);
});

test('watch without an id takes the youngest of attempts and deployments', async () => {
  const { code, stdout } = await over(
    {
      ...deploying(deploymentIn('Completed')),
      '/v1/rollbacks': { items: [{ id: 'rbk_X', createdAt: '2026-11-20T12:00:00.000Z' }] },
      '/v1/deployments': { items: [deploymentIn('Completed')] },
    },
    'watch',
  );
  expect(code).toBe(0);
  expect(stdout).toContain(DEPLOYMENT);
});

test('status shows rollbacks, deployments and rollouts, each with what matters there', async () => {
  const { stdout } = await over(
    {
      '/v1/rollbacks': { items: [] },
      '/v1/deployments': { items: [deploymentIn('RollingOut', { risk: { band: 'medium' } })] },
      '/v1/rollouts': { items: [rolloutIn('AtStage')] },
    },
    'status',
  );
  for (const text of ['DEPLOYMENTS', 'aaaaaaa medium', 'ROLLOUTS', '50 %']) expect(stdout).toContain(text);
  expect(stdout).not.toContain('ROLLBACKS');
});

test('approve and reject find the open approval of a deployment or a rollout', async () => {
  const open = {
    ...{ id: APPROVAL, state: { kind: 'Open' }, service: 'checkout', environment: 'production' },
    for: { kind: 'rollout', id: ROLLOUT },
  };
  const answers = { '/v1/approvals': { items: [open] }, [`POST /v1/approvals/${APPROVAL}`]: open };
  const approved = await over(answers, 'approve', ROLLOUT, '--reason', 'seen');
  expect(approved.calls.at(-1)?.body).toEqual({ verdict: 'approve', reason: 'seen' });
  await api?.close();
  const rejected = await over(answers, 'reject', ROLLOUT, '--reason', 'worse');
  expect(rejected.calls.at(-1)?.body).toEqual({ verdict: 'reject', reason: 'worse' });
  await api?.close();
  expect((await over({ '/v1/approvals': { items: [] } }, 'reject', DEPLOYMENT, '--reason', 'x')).code).toBe(
    1,
  );
});

test('explain of a deployment shows factors, precedents, policies that spoke, autonomy and the nearest change', async () => {
  const explanation = {
    ...{ kind: 'deployment', id: DEPLOYMENT, summary: 'aaaaaaa of checkout is Blocked.', next: 'Ended.' },
    factors: [{ name: 'change size', value: '0.8', weight: '0.2', contribution: '0.16' }],
    similar: [{ id: 'dep_OLD', similarity: '0.91', outcome: 'rolled-back', why: ['same service'] }],
    policies: [
      { id: 'baseline', cameTo: 'permit', reason: 'permits' },
      { id: 'freeze-windows', cameTo: 'block', reason: 'the books are being closed' },
    ],
    ...{ warnings: [], autonomy: { action: 'auto', why: 'governed in staging: auto' } },
    nearestTo: 'it was blocked by freeze-windows',
    nearest: [
      {
        text: 'without the migration',
        would: 'it would have been cleared',
        ...{ score: '0.2', band: 'low' },
      },
    ],
    steps: [],
  };
  const { code, stdout } = await over(
    { [`/v1/deployments/${DEPLOYMENT}/explain`]: explanation },
    ...['explain', 'deployment', DEPLOYMENT],
  );
  expect(code).toBe(0);
  for (const text of [
    'change size',
    '0.16',
    'dep_OLD',
    'freeze-windows: block',
    'governed',
    'without the migration: it would have been cleared',
  ])
    expect(stdout).toContain(text);
  expect(stdout).not.toContain('baseline');
});
