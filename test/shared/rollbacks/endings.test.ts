import { describe, expect, test } from 'vitest';
import { GITOPS } from '../../support/memory-world.ts';
import { rollbackRun } from '../../support/rollback-run.ts';

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

test('an end that comes between opening the pull request and recording it knows of it, and says so there', async () => {
  const run = await rollbackRun();
  run.degrade();
  run.sweepEveryMinute();
  const { forge } = run.world;
  forge.interrupt = (call) => {
    if (call !== 'openPullRequest') return;
    void run.killSwitch(true);
    throw Object.assign(new Error('died'), { name: 'Lambda.ServiceException' });
  };
  const ended = await run.until('Aborted');
  await run.pass(5);
  expect(await run.events(ended.id)).not.toContain('PullRequestOpened');
  expect(ended.data.pullRequest?.number).toBe(1);
  expect(forge.pullRequests(GITOPS)[0]?.state).toBe('open');
  expect(forge.comments(GITOPS).join()).toContain('The kill switch is on');
  await run.close();
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
