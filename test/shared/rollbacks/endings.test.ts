import { describe, expect, test } from 'vitest';
import { Fault } from '../../../shared/kernel/index.ts';
import { GITOPS } from '../../support/memory-world.ts';
import { rollbackRun } from '../../support/rollback-run.ts';

const down = () => new Fault('Unavailable', 'down');

describe('an attempt that health ends', () => {
  test('is SelfHealed when health is back for 60 s before it was confirmed', async () => {
    const run = await rollbackRun();
    run.degrade();
    run.sweepEveryMinute();
    await run.until('DegradationDetected');
    run.heal();
    const ended = await run.until('SelfHealed');
    expect(ended.state).toMatchObject({ flapping: false });
    expect(await run.events(ended.id)).toEqual(['DegradationDetected', 'HealthRestored']);
    await run.close();
  });

  test('W8: that flaps is never confirmed and ends as flapping at its deadline', async () => {
    const run = await rollbackRun();
    run.degrade();
    run.sweepEveryMinute();
    await run.until('DegradationDetected');
    for (let slot = 0; slot < 26; slot += 1) {
      run.world.seen.set('shop', { health: slot % 2 === 0 ? 'Healthy' : 'Degraded' });
      await run.pass(10);
    }
    const ended = await run.until('SelfHealed', 20);
    expect(ended.state).toMatchObject({ flapping: true });
    expect(await run.events(ended.id)).toEqual(['DegradationDetected', 'NotConfirmed']);
    await run.close();
  });

  test('W5: closes its pull request with a word and deletes its branch when health is back before the merge', async () => {
    const run = await rollbackRun();
    run.degrade();
    run.sweepEveryMinute();
    await run.until('PullRequestOpen');
    run.heal();
    await run.until('SelfHealed');
    await run.pass(1);
    const { forge } = run.world;
    expect(forge.pullRequests(GITOPS)[0]?.state).toBe('closed');
    expect(forge.branches(GITOPS)).toEqual(['main']);
    expect(forge.comments(GITOPS).join()).toContain('Health restored before merge');
    await run.close();
  });
});

test('W13: a service scaled to zero opens nothing', async () => {
  const run = await rollbackRun();
  run.degrade();
  run.world.seen.set('shop', { desired: 0, available: 0 });
  run.sweepEveryMinute();
  await run.pass(300);
  expect(await run.attempts()).toEqual([]);
  await run.close();
});

describe('an attempt goes to a person', () => {
  test('NO_CANDIDATE when no ancestor passes', async () => {
    const run = await rollbackRun();
    for (const sha of run.revisions()) run.world.forge.setChecks('acme/shop', sha, 'none');
    run.degrade();
    run.sweepEveryMinute();
    const review = await run.until('AwaitingHumanReview');
    expect(review.state).toMatchObject({ reason: 'NO_CANDIDATE', afterMerge: false });
    expect(run.world.forge.writes).toEqual([]);
    await run.close();
  });

  test('NO_CANDIDATE, without one decision before, when the forge is down until the deadline', async () => {
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

  test('goes on when the forge comes back before the deadline', async () => {
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

  test('never on a candidate of another branch when the readings name no revision', async () => {
    const run = await rollbackRun();
    run.degrade();
    run.sweepEveryMinute();
    await run.until('DegradationDetected');
    const { read } = run.deps.health;
    run.world.health.read = async (target) => {
      const { revision: _unknown, ...rest } = await read(target);
      return rest;
    };
    const review = await run.until('AwaitingHumanReview', 300);
    expect(review.state).toMatchObject({ reason: 'NO_CANDIDATE' });
    expect(review.data.candidate).toBeUndefined();
    await run.close();
  });

  test('NO_READING when the delivery system answers nothing until the deadline', async () => {
    const run = await rollbackRun();
    run.degrade();
    run.sweepEveryMinute();
    await run.until('DegradationDetected');
    run.world.unreadable = down;
    const review = await run.until('AwaitingHumanReview', 300);
    expect(review.state).toMatchObject({ reason: 'NO_READING' });
    await run.close();
  });

  test('NO_READING when the delivery system answers only Unknown', async () => {
    const run = await rollbackRun();
    run.degrade();
    run.sweepEveryMinute();
    await run.until('DegradationDetected');
    run.world.seen.set('shop', { health: 'Unknown' });
    const review = await run.until('AwaitingHumanReview', 300);
    expect(review.state).toMatchObject({ reason: 'NO_READING' });
    await run.close();
  });

  test('W4: CI_FAILED when a check of the pull request is red', async () => {
    const run = await rollbackRun();
    run.degrade();
    run.sweepEveryMinute();
    await run.until('PullRequestOpen');
    run.checks('failure');
    const review = await run.until('AwaitingHumanReview', 60);
    expect(review.state).toMatchObject({ reason: 'CI_FAILED' });
    await run.close();
  });

  test('CI_TIMEOUT when no check ever reports: zero checks are no success', async () => {
    const run = await rollbackRun();
    run.world.forge.firstChecks = 'none';
    run.degrade();
    run.sweepEveryMinute();
    const review = await run.until('AwaitingHumanReview');
    expect(review.state).toMatchObject({ reason: 'CI_TIMEOUT' });
    await run.close();
  });

  test('W11: PR_FAILED when the forge cannot open the pull request', async () => {
    const run = await rollbackRun();
    run.world.forge.refuse = (call) => (call === 'openPullRequest' ? down() : undefined);
    run.degrade();
    run.sweepEveryMinute();
    const review = await run.until('AwaitingHumanReview');
    expect(review.state).toMatchObject({ reason: 'PR_FAILED' });
    await run.close();
  });

  test('MERGE_REFUSED when the forge refuses the merge: it is the judge', async () => {
    const run = await rollbackRun();
    run.world.forge.firstChecks = 'success';
    run.world.forge.mergeRefusal = 'protected branch';
    run.degrade();
    run.sweepEveryMinute();
    const review = await run.until('AwaitingHumanReview');
    expect(review.state).toMatchObject({ reason: 'MERGE_REFUSED', afterMerge: false });
    await run.close();
  });

  test('INVARIANT_FAILED when the branch asks for an approval', async () => {
    const run = await rollbackRun();
    run.world.forge.firstChecks = 'success';
    run.world.forge.protection = { requiredApprovals: 1, mergeQueue: false, requiredChecks: [] };
    run.degrade();
    run.sweepEveryMinute();
    const review = await run.until('AwaitingHumanReview');
    expect(review.state).toMatchObject({ reason: 'INVARIANT_FAILED' });
    await run.close();
  });

  test('INVARIANT_FAILED when the candidate was never measured: it is proposed and not merged', async () => {
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

  test('UNEXPECTED when a task fails in a way the flow does not know, and waits there', async () => {
    const run = await rollbackRun();
    run.degrade();
    run.sweepEveryMinute();
    await run.until('PullRequestOpen');
    run.world.forge.refuse = (call) => (call === 'ci' ? new Fault('InvalidInput', 'a bug') : undefined);
    const review = await run.until('AwaitingHumanReview');
    expect(review.state).toMatchObject({ reason: 'UNEXPECTED' });
    await run.close();
  });
});
