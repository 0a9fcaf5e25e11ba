import { expect, test } from 'vitest';
import { putPeople } from '../../../shared/approvals/index.ts';
import { Fault } from '../../../shared/kernel/index.ts';
import { obeyComment } from '../../../shared/rollbacks/index.ts';
import { approving, knowPeople } from '../../support/approving.ts';
import { GITOPS } from '../../support/memory-world.ts';
import { rollbackRun } from '../../support/rollback-run.ts';

const PEOPLE = [
  { person: 'grace', role: 'approver', identities: [{ via: 'github', id: 'Grace-H' }] },
  { person: 'vic', role: 'viewer', identities: [{ via: 'github', id: 'vic' }] },
  { person: 'drew', role: 'approver', identities: [{ via: 'github', id: 'drew' }] },
] as const;

/** Production waits for a person; who may write in the repository, and who is who, is set. */
async function asked(checks: 'success' | 'failure' = 'success') {
  const run = await rollbackRun({ environment: 'production' });
  await putPeople(
    run.deps,
    { people: PEOPLE.map((person) => ({ ...person, identities: [...person.identities] })) },
    { actor: { type: 'person', id: 'ada', via: 'api' }, correlationId: 'people', key: 'people' },
  );
  run.world.forge.permissions = { 'grace-h': 'write', vic: 'write', stranger: 'admin', drew: 'read' };
  run.world.forge.firstChecks = checks;
  run.degrade();
  run.sweepEveryMinute();
  const attempt = await run.until(checks === 'success' ? 'AwaitingMerge' : 'AwaitingHumanReview');
  await run.pass(1);
  const announce = (commentId: number, login: string) =>
    obeyComment(run.deps, { repository: GITOPS, number: 1, commentId, login });
  const say = (login: string, body: string, byBot = false) =>
    announce(run.world.forge.say(1, login, body, byBot), login);
  return { run, attempt, say, announce, ...approving(run) };
}

test('a mapped approver who may write approves by a comment; the merge follows', async () => {
  const { run, say, approvals } = await asked();
  expect(await say('grace-h', 'APPROVE looks right')).toEqual({ kind: 'obeyed', command: 'APPROVE' });
  await run.until('RollbackComplete');
  expect((await approvals())[0]?.data.answer).toMatchObject({
    ...{ person: 'grace', via: 'pull-request', reason: 'looks right' },
  });
  await run.close();
});

test.each(['readComment', 'permission', 'comment'])(
  'credentials that the forge refuses when a comment is obeyed ring their alarm: %s',
  async (refused) => {
    const { run, say } = await asked();
    const denials = () => run.world.meter.counted.filter((name) => name === 'permission_denied_total').length;
    run.world.forge.refuse = (call) =>
      call === refused ? new Fault('PermissionDenied', 'bad credentials') : undefined;
    const before = denials();
    // the answer is a courtesy; without the others nothing is obeyed, and it is tried again
    const obeyed = say('grace-h', 'APPROVE');
    if (refused === 'comment') expect(await obeyed).toEqual({ kind: 'obeyed', command: 'APPROVE' });
    else await expect(obeyed).rejects.toMatchObject({ name: 'PermissionDenied' });
    expect(denials() - before).toBe(1);
    run.world.forge.refuse = () => undefined;
    await run.close();
  },
);

test.each([
  ['a login that nobody is mapped to', 'stranger', 'mapped to no person'],
  ['a person who may not write in the repository', 'drew', 'may not write'],
  ['a person without the role', 'vic', 'role approver'],
])('%s is refused, once, as a decision', async (_who, login, why) => {
  const { run, attempt, say } = await asked();
  for (let times = 0; times < 2; times += 1)
    expect(await say(login, 'APPROVE please')).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining(why),
    });
  const decisions = await run.store.decisions({ kind: 'rollback', id: attempt.id });
  const approvals = (await run.store.heads({ kind: 'approval', limit: 9 })).items;
  const refusals = [
    ...decisions.filter(({ envelope }) => envelope.events.some(({ type }) => type === 'EventRefused')),
    ...(await Promise.all(approvals.map((head) => run.store.decisions({ kind: 'approval', id: head.id }))))
      .flat()
      .filter(({ envelope }) => envelope.event === 'ApprovalRefused'),
  ];
  expect(refusals).toHaveLength(1);
  await run.pass(60);
  expect((await run.attempts())[0]?.state.kind).toBe('AwaitingMerge');
  await run.close();
});

test('bots, edited comments, deleted ones and talk are ignored', async () => {
  const { run, say, announce } = await asked();
  expect(await say('grace-h', 'APPROVE', true)).toMatchObject({ why: 'a bot wrote it' });
  const id = run.world.forge.say(1, 'grace-h', 'ABORT');
  run.world.forge.editComment(id, 'APPROVE');
  expect(await announce(id, 'grace-h')).toMatchObject({ why: 'it was edited' });
  expect(await announce(99, 'grace-h')).toMatchObject({ why: 'it was deleted' });
  expect(await say('grace-h', 'I would approve this')).toMatchObject({ why: 'it is no command' });
  expect(await announce(run.world.forge.say(1, 'vic', 'APPROVE'), 'grace-h')).toMatchObject({
    why: 'it is not the comment that was announced',
  });
  expect((await approving(run).approvals())[0]?.state).toBe('Open');
  await run.close();
});

test('an approval after the head has moved is refused', async () => {
  const { run, say } = await asked();
  const pull = run.world.forge.pullRequests(GITOPS)[0];
  run.world.forge.pushTo(GITOPS, 1, 'somebody pushed');
  expect(pull).toBeDefined();
  expect(await say('grace-h', 'APPROVE')).toMatchObject({ why: expect.stringContaining('has moved') });
  await run.close();
});

test('ABORT rejects what is asked, MANUAL takes it over and leaves the pull request open', async () => {
  const first = await asked();
  await first.say('grace-h', 'ABORT not now');
  expect((await first.run.until('Aborted', 20)).state).toMatchObject({ reason: 'ABORTED_BY_PERSON' });
  await first.run.close();
  const second = await asked('failure');
  await second.say('grace-h', 'MANUAL mine');
  expect((await second.run.until('Aborted', 20)).state).toMatchObject({ reason: 'MANUAL_TAKEOVER' });
  expect(second.run.world.forge.pullRequests(GITOPS)[0]?.state).toBe('open');
  await second.run.close();
});

test('a comment on a pull request that no attempt waits on is ignored', async () => {
  const { run } = await asked();
  const announced = { repository: GITOPS, number: 77, commentId: 1, login: 'grace-h' };
  expect(await obeyComment(run.deps, announced)).toMatchObject({ kind: 'ignored' });
  await run.close();
});

test('an attempt with a pull request is not commanded by an issue, where its head is out of sight', async () => {
  const { run, attempt } = await asked();
  const { forge } = run.world;
  forge.changeIssue(`escalation/${attempt.id}/APPROVAL`, { number: 1001, repository: 'acme/shop' });
  const commentId = forge.say(1001, 'grace-h', 'APPROVE');
  const place = { repository: 'acme/shop', number: 1001, onIssue: true } as const;
  expect(await obeyComment(run.deps, { ...place, commentId, login: 'grace-h' })).toMatchObject({
    kind: 'ignored',
  });
  expect((await approving(run).approvals())[0]?.state).toBe('Open');
  await run.close();
});

test('an APPROVE that is quicker than the question is obeyed all the same', async () => {
  const run = await rollbackRun({ environment: 'production' });
  await knowPeople(run, 'grace');
  run.world.forge.permissions = { 'grace-h': 'write' };
  run.degrade();
  run.sweepEveryMinute();
  await run.until('PullRequestOpen');
  run.world.forge.refuse = (call) => (call === 'commits' ? new Fault('Unavailable', 'down') : undefined);
  run.checks('success');
  await run.until('AwaitingMerge');
  expect(await approving(run).approvals()).toEqual([]);
  run.world.forge.refuse = () => undefined;
  const commentId = run.world.forge.say(1, 'grace-h', 'APPROVE at once');
  await obeyComment(run.deps, { repository: GITOPS, number: 1, commentId, login: 'grace-h' });
  const done = await run.until('RollbackComplete');
  const merge = (await run.store.decisions({ kind: 'rollback', id: done.id })).find(
    ({ envelope }) => envelope.event === 'HumanApproved',
  );
  expect(merge?.decision?.actor).toEqual({ type: 'person', id: 'grace', via: 'pull-request' });
  await run.close();
});

test.each([
  ['ABORT', 'closed'],
  ['MANUAL', 'open'],
] as const)(
  'a second %s of the same person wakes a workflow that missed the first, and nobody else is heard',
  async (word, pull) => {
    const { run, attempt, announce, say } = await asked('failure');
    const lost = { ...run.deps.workflow, wake: () => Promise.reject(new Fault('Unavailable', 'down')) };
    const commentId = run.world.forge.say(1, 'grace-h', `${word} enough`);
    const announced = { repository: GITOPS, number: 1, commentId, login: 'grace-h' };
    // an approval that was refused is no end yet: the second call is what ends it, and wakes nobody
    for (let times = 0; times < 2; times += 1)
      await obeyComment({ ...run.deps, workflow: lost }, announced).catch((thrown: unknown) =>
        expect(thrown).toMatchObject({ name: 'Unavailable' }),
      );
    expect((await run.attempts())[0]?.state.kind).toBe('Aborted');
    const told = run.world.forge.comments(GITOPS).length;
    run.world.forge.permissions = { ...run.world.forge.permissions, drew: 'write' };
    const decided = (await run.store.decisions({ kind: 'rollback', id: attempt.id })).length;
    for (const [login, other] of [
      ['drew', word],
      ['stranger', word],
      ['grace-h', 'APPROVE'],
      ['grace-h', word === 'ABORT' ? 'MANUAL' : 'ABORT'],
    ] as const)
      expect(await say(login, other)).toMatchObject({ kind: 'ignored' });
    expect(run.world.forge.comments(GITOPS)).toHaveLength(told);
    expect(await run.execution(attempt.id)).toMatchObject({ status: 'RUNNING' });
    expect(await announce(commentId, 'grace-h')).toEqual({ kind: 'obeyed', command: word });
    await run.pass(5);
    expect(await run.execution(attempt.id)).toMatchObject({ status: 'SUCCEEDED' });
    expect(run.world.forge.pullRequests(GITOPS)[0]?.state).toBe(pull);
    expect(await run.store.decisions({ kind: 'rollback', id: attempt.id })).toHaveLength(decided);
    await run.close();
  },
);
