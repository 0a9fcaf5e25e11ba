import { expect, test } from 'vitest';
import { Fault } from '../../../shared/kernel/index.ts';
import { approving, knowPeople } from '../../support/approving.ts';
import { GITOPS } from '../../support/memory-world.ts';
import { type Run, rollbackRun } from '../../support/rollback-run.ts';

type Options = Parameters<typeof rollbackRun>[0];

/** A degraded service in production whose pull request is green and waits for a person. */
async function asked(options: Options = {}) {
  const run = await rollbackRun({ environment: 'production', ...options });
  run.world.forge.firstChecks = 'success';
  await knowPeople(run, 'ada', 'grace', 'lee');
  run.degrade();
  run.sweepEveryMinute();
  const attempt = await run.until('AwaitingMerge');
  await run.pass(1);
  return { run, attempt, ...approving(run) };
}
const merges = (run: Run) => run.world.forge.writes.filter((write) => write.startsWith('merge'));

test('W3: production is merged after a person has approved, and not before', async () => {
  const { run, attempt, approvals, answer } = await asked();
  await run.pass(600);
  expect(merges(run)).toEqual([]);
  const [question] = await approvals();
  expect(question).toMatchObject({ state: 'Open', data: { for: { kind: 'rollback', id: attempt.id } } });
  await answer('approve');
  const done = await run.until('RollbackComplete');
  expect(done.data.merge).toMatchObject({ byPerson: false, approval: question?.id });
  expect(await run.events(attempt.id)).toEqual([
    'DegradationDetected',
    'CandidateResolved',
    'PullRequestOpened',
    'CiSucceeded',
    'MergeStarted',
    'HumanApproved',
    'HealthRestored',
  ]);
  expect((await approvals()).map(({ state }) => state)).toEqual(['Used']);
  expect(merges(run)).toHaveLength(1);
  await run.close();
});

test('staging under autonomy approve takes the same way', async () => {
  const { run, answer } = await asked({ environment: 'staging', level: 'approve' });
  await run.pass(300);
  expect(merges(run)).toEqual([]);
  await answer('approve');
  await run.until('RollbackComplete');
  await run.close();
});

test('an approval that nobody gives: a page after 3,600 s, the end after 14,400 s with the pull request closed', async () => {
  const { run, attempt, approvals } = await asked();
  await run.pass(3_500);
  expect(await run.events(attempt.id)).not.toContain('Paged');
  await run.pass(200);
  expect((await run.events(attempt.id)).filter((event) => event === 'Paged')).toHaveLength(1);
  await run.pass(10_000);
  expect((await run.attempts())[0]?.state.kind).toBe('AwaitingMerge');
  await run.pass(800);
  expect((await run.attempts())[0]?.state).toEqual({ kind: 'Aborted', reason: 'APPROVAL_TIMEOUT' });
  expect(run.world.forge.pullRequests(GITOPS)[0]?.state).toBe('closed');
  expect((await approvals()).map(({ state }) => state)).toEqual(['Expired']);
  expect((await run.events(attempt.id)).filter((event) => event === 'Paged')).toHaveLength(1);
  await run.close();
});

test('an approval is spent when the invariants fail after it; a new one in review leads back to the merge', async () => {
  const { run, attempt, approvals, answer } = await asked();
  run.checks('failure');
  await answer('approve');
  const review = await run.until('AwaitingHumanReview', 60);
  expect(review.state).toMatchObject({ reason: 'INVARIANT_FAILED' });
  await run.pass(1);
  expect((await approvals()).map(({ state }) => state).toSorted()).toEqual(['Open', 'Spent']);
  run.checks('success');
  await answer('approve', { person: 'grace' });
  await run.until('RollbackComplete');
  expect((await run.events(attempt.id)).filter((event) => event.includes('pproved'))).toEqual([
    'ReviewApproved',
    'HumanApproved',
  ]);
  expect((await approvals()).map(({ state }) => state).toSorted()).toEqual(['Spent', 'Used']);
  expect(merges(run)).toHaveLength(1);
  await run.close();
});

test('a person sends an attempt back from review three times and not a fourth', async () => {
  const { run, attempt, approvals, answer } = await asked();
  run.checks('failure');
  await answer('approve');
  for (let returned = 1; returned <= 3; returned += 1) {
    await run.until('AwaitingHumanReview', 60);
    await run.pass(1);
    await answer('approve');
    await run.pass(30);
  }
  await run.until('AwaitingHumanReview', 60);
  await run.pass(30);
  expect((await approvals()).filter(({ state }) => state === 'Open')).toEqual([]);
  expect((await run.events(attempt.id)).filter((event) => event === 'ReviewApproved')).toHaveLength(3);
  expect(merges(run)).toEqual([]);
  await run.close();
});

test("a rejection ends the attempt in the person's name and closes the pull request", async () => {
  const { run, attempt, approvals, answer } = await asked();
  await answer('reject', { person: 'grace' });
  const ended = await run.until('Aborted', 20);
  expect(ended.state).toEqual({ kind: 'Aborted', reason: 'ABORTED_BY_PERSON' });
  const [last] = (await run.store.decisions({ kind: 'rollback', id: attempt.id })).slice(-1);
  expect(last?.decision?.actor).toEqual({ type: 'person', id: 'grace', via: 'api' });
  expect(run.world.forge.pullRequests(GITOPS)[0]?.state).toBe('closed');
  expect((await approvals()).map(({ state }) => state)).toEqual(['Rejected']);
  await run.close();
});

test('health that returns first withdraws the question', async () => {
  const { run, approvals, answer } = await asked();
  run.heal();
  await run.until('SelfHealed');
  expect((await approvals()).map(({ state }) => state)).toEqual(['Withdrawn']);
  await expect(answer('approve')).rejects.toMatchObject({ name: 'Conflict' });
  expect(merges(run)).toEqual([]);
  await run.close();
});

test('an approval waits for a fresh reading rather than merge without one', async () => {
  const { run, answer } = await asked();
  run.world.unreadable = () => new Fault('Unavailable', 'down');
  await answer('approve');
  await run.pass(120);
  expect(merges(run)).toEqual([]);
  run.world.unreadable = () => undefined;
  await run.until('RollbackComplete');
  expect(merges(run)).toHaveLength(1);
  await run.close();
});

test('a merge queue merges after the approval, recorded as ours; thrown out of it a person is asked', async () => {
  const { run, attempt, answer } = await asked();
  run.world.forge.protection = { requiredApprovals: 0, mergeQueue: true, requiredChecks: [] };
  await answer('approve');
  await run.pass(60);
  expect((await run.events(attempt.id)).at(-1)).toBe('MergeQueued');
  run.world.forge.queue(GITOPS, 1, 'merges');
  const done = await run.until('RollbackComplete');
  expect(done.data.merge).toMatchObject({ byPerson: false });
  expect((await run.events(attempt.id)).slice(-2)).toEqual(['MergeCompleted', 'HealthRestored']);
  await run.close();
});

test('a pull request that the merge queue throws out goes to a person', async () => {
  const { run, answer } = await asked();
  run.world.forge.protection = { requiredApprovals: 0, mergeQueue: true, requiredChecks: [] };
  await answer('approve');
  await run.pass(60);
  run.world.forge.queue(GITOPS, 1, 'throws-out');
  const review = await run.until('AwaitingHumanReview', 60);
  expect(review.state).toMatchObject({ reason: 'MERGE_REFUSED' });
  await run.close();
});

test('a pull request that the queue threw out is queued again after a yes in the review, and counted again', async () => {
  const { run, attempt, answer } = await asked();
  run.world.forge.protection = { requiredApprovals: 0, mergeQueue: true, requiredChecks: [] };
  const enqueued = () => run.world.forge.writes.filter((write) => write.startsWith('enqueue'));
  await answer('approve');
  await run.pass(60);
  run.world.forge.queue(GITOPS, 1, 'throws-out');
  await run.until('AwaitingHumanReview', 60);
  await run.pass(1);
  await answer('approve', { person: 'grace' });
  await run.pass(120);
  expect(enqueued()).toHaveLength(2);
  expect((await run.attempts())[0]?.state.kind).toBe('AwaitingMerge');
  expect((await run.events(attempt.id)).slice(4)).toEqual([
    'MergeStarted',
    'MergeQueued',
    'InvariantsFailed',
    'ReviewApproved',
    'MergeStarted',
    'MergeQueued',
  ]);
  expect(await run.store.count(`QUOTA#merges#${GITOPS}#2026-11-21T10`)).toBe(2);
  run.world.forge.queue(GITOPS, 1, 'merges');
  const done = await run.until('RollbackComplete');
  expect(done.data.merge).toMatchObject({ byPerson: false });
  expect(enqueued()).toHaveLength(2);
  await run.close();
});

test('every step of production can be repeated: the second call of each task changes nothing', async () => {
  const { run, answer } = await asked({ twice: true });
  await answer('approve');
  await run.until('RollbackComplete');
  expect(merges(run)).toHaveLength(1);
  await run.close();
});

test("autonomy lowered from auto to approve asks a person with the next reading, under a person's deadline", async () => {
  const run = await rollbackRun();
  await knowPeople(run, 'ada');
  const { approvals, answer } = approving(run);
  // what holds up the merge by itself
  run.world.forge.firstChecks = 'success';
  run.world.forge.refuse = (call) => (call === 'rules' ? new Fault('Unavailable', 'down') : undefined);
  run.degrade();
  run.sweepEveryMinute();
  const before = await run.until('AwaitingMerge');
  await run.setLevel('approve');
  await run.pass(15);
  expect((await approvals()).map(({ state }) => state)).toEqual(['Open']);
  const [asking] = await run.attempts();
  expect(asking?.data.mode).toBe('approve');
  expect(
    Date.parse(asking?.data.deadlineAt ?? '') - Date.parse(before.data.deadlineAt ?? ''),
  ).toBeGreaterThan(13_000_000);
  const steps = await run.store.decisions({ kind: 'rollback', id: before.id });
  expect(steps.at(-1)?.envelope.events.map(({ type }) => type)).toEqual([
    'AutonomyLowered',
    'ApprovalRequested',
  ]);
  // raised again, it stays with the person who was asked
  await run.setLevel('auto');
  run.world.forge.refuse = () => undefined;
  await run.pass(700);
  expect(merges(run)).toEqual([]);
  await answer('approve');
  await run.until('RollbackComplete');
  await run.close();
});
