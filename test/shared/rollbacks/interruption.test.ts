import { expect, test } from 'vitest';
import { Fault } from '../../../shared/kernel/index.ts';
import { GITOPS } from '../../support/memory-world.ts';
import { type Run, rollbackRun } from '../../support/rollback-run.ts';

/** The answer of the first such call is lost after it took effect; the workflow tries the task again. */
function loseAnswer(run: Run, call: string, times = 1) {
  let left = times;
  run.world.forge.interrupt = (name) => {
    if (name !== call || left === 0) return;
    left -= 1;
    // An adapter's Fault would be taken for the forge's word: a process that dies throws nothing of the kind.
    throw Object.assign(new Error('died'), { name: 'Lambda.ServiceException' });
  };
}

const once = (writes: readonly string[]) => expect(new Set(writes).size).toBe(writes.length);

test.each(['createBranch', 'commitFile', 'openPullRequest', 'ci', 'merge', 'deleteBranch'])(
  'W10: a process that dies after %s comes to the same end, with no effect twice',
  async (call) => {
    const run = await rollbackRun();
    run.world.forge.firstChecks = 'success';
    run.degrade();
    run.sweepEveryMinute();
    await run.until('DegradationDetected');
    loseAnswer(run, call);
    const done = await run.until('RollbackComplete');
    expect(done.data.merge?.byPerson).toBe(false);
    expect(await run.events(done.id)).toEqual([
      'DegradationDetected',
      'CandidateResolved',
      'PullRequestOpened',
      'CiSucceeded',
      'MergeStarted',
      'InvariantsPassed',
      'HealthRestored',
    ]);
    once(run.world.forge.writes);
    expect(run.world.forge.pullRequests(GITOPS)).toHaveLength(1);
    expect(run.world.forge.branches(GITOPS)).toEqual(['main']);
    await run.close();
  },
);

test.each(['comment', 'updatePullRequest', 'deleteBranch'])(
  'a process that dies at %s of a self-healed attempt still leaves the forge tidy',
  async (call) => {
    const run = await rollbackRun();
    run.degrade();
    run.sweepEveryMinute();
    await run.until('PullRequestOpen');
    loseAnswer(run, call);
    run.heal();
    await run.until('SelfHealed');
    await run.pass(30);
    expect(run.world.forge.pullRequests(GITOPS)[0]?.state).toBe('closed');
    expect(run.world.forge.branches(GITOPS)).toEqual(['main']);
    once(run.world.forge.writes);
    await run.close();
  },
);

test('an end that was recorded before the process died is told to the forge by the retry', async () => {
  const run = await rollbackRun();
  run.degrade();
  run.sweepEveryMinute();
  await run.until('PullRequestOpen');
  const { write } = run.store;
  let died = false;
  Object.assign(run.deps.store, {
    write: async (...[draft]: Parameters<typeof write>) => {
      const result = await write(draft);
      if (draft.envelope.to !== 'SelfHealed' || died) return result;
      died = true;
      throw Object.assign(new Error('died'), { name: 'Lambda.ServiceException' });
    },
  });
  run.heal();
  await run.until('SelfHealed');
  await run.pass(30);
  expect(run.world.forge.pullRequests(GITOPS)[0]?.state).toBe('closed');
  expect(run.world.forge.branches(GITOPS)).toEqual(['main']);
  await run.close();
});

test('a merge that cannot be made goes to a person, with the pull request open', async () => {
  const run = await rollbackRun();
  run.world.forge.firstChecks = 'success';
  run.degrade();
  run.sweepEveryMinute();
  await run.until('DegradationDetected');
  run.world.forge.refuse = (call) => (call === 'merge' ? new Fault('Unavailable', 'down') : undefined);
  const review = await run.until('AwaitingHumanReview');
  expect(review.state).toMatchObject({ reason: 'MERGE_TIMEOUT', afterMerge: false });
  expect(run.world.forge.pullRequests(GITOPS)[0]?.state).toBe('open');
  await run.close();
});

test('signals and wakes that come twice change nothing', async () => {
  const run = await rollbackRun();
  run.world.forge.firstChecks = 'success';
  const { wake } = run.deps.workflow;
  Object.assign(run.deps.workflow, {
    wake: async (...given: Parameters<typeof wake>) => {
      await wake(...given);
      await wake(...given);
    },
  });
  run.degrade();
  run.sweepEveryMinute();
  const done = await run.until('RollbackComplete');
  expect(await run.events(done.id)).toHaveLength(7);
  once(run.world.forge.writes);
  await run.close();
});

test.each([
  ['self-heal', 'pending', 'PullRequestOpen', 'SelfHealed'],
  ['a person merges', 'success', 'AwaitingMerge', 'RollbackComplete'],
  ['a person closes', 'success', 'AwaitingMerge', 'Aborted'],
  ['the kill switch', 'failure', 'AwaitingHumanReview', 'Aborted'],
  ['a review that nobody answers', 'failure', 'AwaitingHumanReview', 'Aborted'],
] as const)('every task repeated after its success changes nothing: %s', async (what, checks, waits, end) => {
  const run = await rollbackRun({ twice: true, level: 'suggest', timings: { reviewWait: 200 } });
  run.world.forge.firstChecks = checks;
  run.degrade();
  run.sweepEveryMinute();
  await run.until(waits);
  if (what === 'self-heal') run.heal();
  if (what === 'a person merges') run.world.forge.byPerson(GITOPS, 1, 'merged');
  if (what === 'a person closes') run.world.forge.byPerson(GITOPS, 1, 'closed');
  if (what === 'the kill switch') await run.killSwitch(true);
  await run.until(end);
  await run.pass(10);
  once(run.world.forge.writes);
  await run.close();
});
