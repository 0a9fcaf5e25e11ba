import { expect, test } from 'vitest';
import { Fault } from '../../../shared/kernel/index.ts';
import { openRollbackAttempt, resetAbortedRollback } from '../../../shared/rollbacks/index.ts';
import { GITOPS } from '../../support/memory-world.ts';
import { type Run, rollbackRun } from '../../support/rollback-run.ts';

const denied = () => new Fault('PermissionDenied', '403');
const holder = (run: Run) => run.store.lockHolder('SLOT#shop#staging');
const reset = (run: Run, rollbackId: string, person: string | undefined) =>
  resetAbortedRollback(run.deps, { rollbackId, person, reason: 'the token is renewed', via: 'api' });

test('W12: a refused pull request ends the attempt for security, and only a reset by a person releases the slot', async () => {
  const run = await rollbackRun();
  run.world.forge.refuse = (call) => (call === 'createBranch' ? denied() : undefined);
  run.degrade();
  run.sweepEveryMinute();
  const { id, state } = await run.until('Aborted');
  expect(state).toMatchObject({ reason: 'SECURITY' });
  expect(await holder(run)).toBe(id);
  await run.pass(300);
  expect(await run.attempts()).toHaveLength(1);
  const trigger = { type: 'signal', id: 'sig', text: 'again' } as const;
  const actor = { type: 'system', id: 'router', via: 'api' } as const;
  const opening = await openRollbackAttempt(run.deps, {
    ...{ service: 'shop', environment: 'staging', trigger, actor },
  });
  expect(opening).toEqual({ kind: 'joined', id });
  await expect(reset(run, id, undefined)).rejects.toMatchObject({ name: 'Forbidden' });
  const after = await reset(run, id, 'root');
  expect(after.state).toEqual(state);
  expect(await holder(run)).toBeUndefined();
  await expect(reset(run, id, 'root')).rejects.toMatchObject({ name: 'Conflict' });
  expect((await run.events(id)).slice(-3)).toEqual(['PullRequestFailed', 'HumanReset', 'HumanReset']);
  await run.close();
});

test.each([
  ['commits', 'DegradationDetected'],
  ['ci', 'PullRequestOpen'],
  ['pullRequest', 'PullRequestOpen'],
  ['rules', 'AwaitingMerge'],
  ['merge', 'AwaitingMerge'],
])('credentials refused at %s in %s end the attempt for security', async (call, state) => {
  const run = await rollbackRun();
  run.degrade();
  run.sweepEveryMinute();
  if (state !== 'DegradationDetected') await run.until('PullRequestOpen');
  if (state === 'AwaitingMerge') run.checks('success');
  run.world.forge.refuse = (name) => (name === call ? denied() : undefined);
  const aborted = await run.until('Aborted');
  expect(aborted.state).toMatchObject({ reason: 'SECURITY' });
  expect(await holder(run)).toBe(aborted.id);
  const [last] = (await run.store.decisions({ kind: 'rollback', id: aborted.id })).slice(-1);
  expect(last?.envelope).toMatchObject({ event: 'SecurityViolation', from: state });
  await run.close();
});

test('credentials refused in a review before the merge end it for security', async () => {
  const run = await rollbackRun();
  run.world.forge.firstChecks = 'failure';
  run.degrade();
  run.sweepEveryMinute();
  await run.until('AwaitingHumanReview');
  run.world.forge.refuse = denied;
  const aborted = await run.until('Aborted');
  expect(aborted.state).toMatchObject({ reason: 'SECURITY' });
  await run.close();
});

test('credentials refused while people are asked in a review end it at once', async () => {
  const run = await rollbackRun();
  run.degrade();
  run.sweepEveryMinute();
  await run.until('PullRequestOpen');
  run.world.forge.refuse = (call) => (call === 'commits' ? denied() : undefined);
  run.checks('failure');
  const aborted = await run.until('Aborted', 60);
  expect(aborted.state).toMatchObject({ reason: 'SECURITY' });
  const events = await run.events(aborted.id);
  expect(events.slice(-2)).toEqual(['CiFailed', 'SecurityViolation']);
  const asked = run.tasks.filter(({ task, payload }) => {
    const state = typeof payload === 'object' && payload !== null && 'state' in payload ? payload.state : '';
    return task === 'AwaitRollback' && state === 'AwaitingHumanReview';
  });
  expect(asked).toHaveLength(1);
  await run.close();
});

test('credentials refused after the merge do not end the watch on health', async () => {
  const run = await rollbackRun();
  run.world.forge.firstChecks = 'success';
  run.degrade();
  run.sweepEveryMinute();
  await run.until('RollbackMerged');
  run.world.forge.refuse = denied;
  const done = await run.until('RollbackComplete');
  expect(done.data.merge?.byPerson).toBe(false);
  await run.close();
});

test('one service whose forge refuses us does not stop the sweep of the others', async () => {
  const run = await rollbackRun({ services: ['shop', 'cart'] });
  run.degrade();
  run.sweepEveryMinute();
  await run.until('PullRequestOpen');
  run.world.forge.refuse = (call) => (call === 'ci' ? new Fault('InvalidInput', 'no') : undefined);
  run.degrade('cart');
  await run.pass(130);
  expect((await run.attempts()).map((each) => each.service)).toEqual(['cart', 'shop']);
  expect(run.world.forge.pullRequests(GITOPS)).toHaveLength(1);
  await run.close();
});
