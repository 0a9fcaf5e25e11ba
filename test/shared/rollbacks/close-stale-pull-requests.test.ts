import { expect, test } from 'vitest';
import { closeStalePullRequests, reviewRollback } from '../../../shared/rollbacks/index.ts';
import { GITOPS } from '../../support/memory-world.ts';
import { rollbackRun } from '../../support/rollback-run.ts';

/** An attempt that a person took over by hand: its pull request stays open. */
async function takenOver() {
  const run = await rollbackRun();
  run.world.forge.firstChecks = 'failure';
  run.degrade();
  run.sweepEveryMinute();
  const { id } = await run.until('AwaitingHumanReview');
  await reviewRollback(run.deps, {
    ...{ rollbackId: id, verdict: 'manual', reason: 'mine', person: 'ada', via: 'api' },
  });
  await run.pass(5);
  run.heal();
  return { run, id };
}
/** A week is a long time to sweep through: ten minutes stand for it. */
const WEEK = 600;

test('a pull request that nobody took up for a week is closed, once, as a decision', async () => {
  const { run, id } = await takenOver();
  const deps = { ...run.deps, timings: { ...run.deps.timings, stalePullRequest: WEEK } };
  await run.pass(WEEK - 60);
  expect(await closeStalePullRequests(deps)).toEqual({ closed: 0 });
  expect(run.world.forge.pullRequests(GITOPS)[0]?.state).toBe('open');
  await run.pass(120);
  expect(await closeStalePullRequests(deps)).toEqual({ closed: 1 });
  expect(await closeStalePullRequests(deps)).toEqual({ closed: 0 });
  expect(run.world.forge.pullRequests(GITOPS)[0]?.state).toBe('closed');
  expect(run.world.forge.branches(GITOPS)).toEqual(['main']);
  expect((await run.events(id)).filter((event) => event === 'StalePullRequestClosed')).toHaveLength(1);
  await run.close();
});
