import { expect, test } from 'vitest';
import { Fault } from '../../../shared/kernel/index.ts';
import { rollbackRun } from '../../support/rollback-run.ts';

const down = () => new Fault('Unavailable', 'down');

test('a person is asked: NO_CANDIDATE when no ancestor passes', async () => {
  const run = await rollbackRun();
  for (const sha of run.revisions()) run.world.forge.setChecks('acme/shop', sha, 'none');
  run.degrade();
  run.sweepEveryMinute();
  const review = await run.until('AwaitingHumanReview');
  expect(review.state).toMatchObject({ reason: 'NO_CANDIDATE', afterMerge: false });
  expect(run.world.forge.writes).toEqual([]);
  await run.close();
});

test('a person is asked: NO_CANDIDATE, without one decision before, when the forge is down until the deadline', async () => {
  const run = await rollbackRun();
  run.world.forge.refuse = down;
  run.degrade();
  run.sweepEveryMinute();
  await run.until('DegradationDetected');
  await run.pass(200);
  expect((await run.attempts())[0]?.rev).toBe(1);
  const review = await run.until('AwaitingHumanReview', 100);
  expect(review.state).toMatchObject({ reason: 'NO_CANDIDATE' });
  await run.close();
});

test('an attempt goes on when the forge comes back before the deadline', async () => {
  const run = await rollbackRun();
  run.world.forge.refuse = down;
  run.degrade();
  run.sweepEveryMinute();
  await run.until('DegradationDetected');
  await run.pass(120);
  run.world.forge.refuse = () => undefined;
  await run.until('PullRequestOpen', 30);
  await run.close();
});

test('a person is asked, and no candidate of another branch is taken, when the readings name no revision', async () => {
  const run = await rollbackRun();
  run.degrade();
  run.sweepEveryMinute();
  await run.until('DegradationDetected');
  run.world.nameless.add('shop');
  const review = await run.until('AwaitingHumanReview', 300);
  expect(review.state).toMatchObject({ reason: 'NO_CANDIDATE' });
  expect(review.data.candidate).toBeUndefined();
  await run.close();
});

test('a person is asked: NO_READING when the delivery system answers nothing until the deadline', async () => {
  const run = await rollbackRun();
  run.degrade();
  run.sweepEveryMinute();
  await run.until('DegradationDetected');
  run.world.unreadable = down;
  const review = await run.until('AwaitingHumanReview', 300);
  expect(review.state).toMatchObject({ reason: 'NO_READING' });
  await run.close();
});

test('a person is asked: NO_READING when the delivery system answers only Unknown', async () => {
  const run = await rollbackRun();
  run.degrade();
  run.sweepEveryMinute();
  await run.until('DegradationDetected');
  run.world.seen.set('shop', { health: 'Unknown' });
  const review = await run.until('AwaitingHumanReview', 300);
  expect(review.state).toMatchObject({ reason: 'NO_READING' });
  await run.close();
});

test('a person is asked: W4: CI_FAILED when a check of the pull request is red', async () => {
  const run = await rollbackRun();
  run.degrade();
  run.sweepEveryMinute();
  await run.until('PullRequestOpen');
  run.checks('failure');
  const review = await run.until('AwaitingHumanReview', 60);
  expect(review.state).toMatchObject({ reason: 'CI_FAILED' });
  await run.close();
});

test('a person is asked: CI_TIMEOUT when no check ever reports: zero checks are no success', async () => {
  const run = await rollbackRun();
  run.world.forge.firstChecks = 'none';
  run.degrade();
  run.sweepEveryMinute();
  const review = await run.until('AwaitingHumanReview');
  expect(review.state).toMatchObject({ reason: 'CI_TIMEOUT' });
  await run.close();
});

test('a person is asked: W11: PR_FAILED when the forge cannot open the pull request', async () => {
  const run = await rollbackRun();
  run.world.forge.refuse = (call) => (call === 'openPullRequest' ? down() : undefined);
  run.degrade();
  run.sweepEveryMinute();
  const review = await run.until('AwaitingHumanReview');
  expect(review.state).toMatchObject({ reason: 'PR_FAILED' });
  await run.close();
});

test('a person is asked: MERGE_REFUSED when the forge refuses the merge: it is the judge', async () => {
  const run = await rollbackRun();
  run.world.forge.firstChecks = 'success';
  run.world.forge.mergeRefusal = 'protected branch';
  run.degrade();
  run.sweepEveryMinute();
  const review = await run.until('AwaitingHumanReview');
  expect(review.state).toMatchObject({ reason: 'MERGE_REFUSED', afterMerge: false });
  await run.close();
});

test('a person is asked: INVARIANT_FAILED when the branch asks for an approval', async () => {
  const run = await rollbackRun();
  run.world.forge.firstChecks = 'success';
  run.world.forge.protection = { requiredApprovals: 1, mergeQueue: false, requiredChecks: [] };
  run.degrade();
  run.sweepEveryMinute();
  const review = await run.until('AwaitingHumanReview');
  expect(review.state).toMatchObject({ reason: 'INVARIANT_FAILED' });
  await run.close();
});

test('a person is asked: INVARIANT_FAILED when the candidate was never measured: it is proposed and not merged', async () => {
  const run = await rollbackRun();
  run.world.uptimes.clear();
  run.world.forge.firstChecks = 'success';
  run.degrade();
  run.sweepEveryMinute();
  const review = await run.until('AwaitingHumanReview');
  expect(review.state).toMatchObject({ reason: 'INVARIANT_FAILED' });
  expect(review.data.pullRequest).toBeDefined();
  await run.close();
});

test('a person is asked: UNEXPECTED when a task fails in a way the flow does not know, and waits there', async () => {
  const run = await rollbackRun();
  run.degrade();
  run.sweepEveryMinute();
  await run.until('PullRequestOpen');
  run.world.forge.refuse = (call) => (call === 'ci' ? new Fault('InvalidInput', 'a bug') : undefined);
  const review = await run.until('AwaitingHumanReview');
  expect(review.state).toMatchObject({ reason: 'UNEXPECTED' });
  await run.close();
});

test('autonomy lowered to observe while the candidate was searched leaves the pull request to a person', async () => {
  const run = await rollbackRun();
  let lowered: Promise<unknown> | undefined;
  run.world.forge.refuse = (call) => {
    if (call === 'commits') lowered ??= run.setLevel('observe');
    return undefined;
  };
  run.degrade();
  run.sweepEveryMinute();
  const { id, state } = await run.until('AwaitingHumanReview');
  await lowered;
  expect(state).toMatchObject({ reason: 'PR_FAILED' });
  expect(await run.events(id)).toContain('PullRequestFailed');
  expect(await run.world.forge.openPullRequests('acme/gitops', [])).toEqual([]);
  await run.close();
});
