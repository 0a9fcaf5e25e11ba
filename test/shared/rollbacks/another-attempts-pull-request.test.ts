import { expect, test } from 'vitest';
import { Fault } from '../../../shared/kernel/index.ts';
import {
  closeStalePullRequests,
  openPullRequestForRollback,
  requestRollback,
} from '../../../shared/rollbacks/index.ts';
import { GITOPS } from '../../support/memory-world.ts';
import { type Run, rollbackRun } from '../../support/rollback-run.ts';

const LEE = { type: 'person', id: 'lee', via: 'api' } as const;

async function atSuggest(): Promise<Run> {
  const run = await rollbackRun({ level: 'suggest' });
  run.world.forge.firstChecks = 'success';
  run.sweepEveryMinute();
  run.degrade();
  await run.until('AwaitingMerge');
  return run;
}

/** The kill switch ended the first attempt, whose pull request stays open for people. */
async function killed(): Promise<Run> {
  const run = await atSuggest();
  await run.killSwitch(true);
  await run.until('Aborted');
  await run.killSwitch(false);
  return run;
}

const askAgain = (run: Run) =>
  requestRollback(run.deps, {
    ...{ service: 'shop', environment: 'staging', reason: 'again', actor: LEE, key: 'again' },
  });

/** The daily run, for which ten minutes stand for the week. */
const closeStale = ({ deps }: Run) =>
  closeStalePullRequests({ ...deps, timings: { ...deps.timings, stalePullRequest: 600 } });

test('the daily run leaves a pull request alone that the next attempt has taken up', async () => {
  const run = await killed();
  await run.pass(900);
  const asked = await askAgain(run);
  const next = await run.until('AwaitingMerge');
  expect([next.id, next.data.pullRequest?.number]).toEqual([asked.id, 1]);
  expect(await closeStale(run)).toEqual({ closed: 0 });
  await run.pass(120);
  expect(run.world.forge.pullRequests(GITOPS)[0]?.state).toBe('open');
  expect(await run.events(next.id)).not.toContain('PullRequestClosedByHuman');
  await run.close();
});

test('an end that is told late closes nothing that the next attempt has taken up, and says nothing there', async () => {
  const run = await rollbackRun();
  run.sweepEveryMinute();
  run.degrade();
  await run.until('PullRequestOpen');
  const { forge } = run.world;
  const { comment, pullRequest } = forge;
  let held = false;
  const late = () => new Promise((done) => setTimeout(done, 45_000));
  Object.assign(forge, {
    comment: async (...given: Parameters<typeof comment>) => {
      if (given[2].endsWith('/SelfHealed')) await late();
      return comment(...given);
    },
    // the first look of the end hangs, too
    pullRequest: async (...given: Parameters<typeof pullRequest>) => {
      const ended = (await run.attempts()).some(({ state }) => state.kind === 'SelfHealed');
      if (ended && !held) {
        held = true;
        await late();
      }
      return pullRequest(...given);
    },
  });
  run.heal();
  const first = await run.until('SelfHealed');
  run.degrade();
  const next = await run.until('PullRequestOpen');
  expect(next.data.pullRequest?.number).toBe(1);
  await run.pass(200);
  expect(forge.pullRequests(GITOPS).map(({ state }) => state)).toEqual(['open']);
  expect(forge.comments(GITOPS).join()).not.toContain('Health restored');
  expect((await run.attempts()).map(({ id, state }) => [id, state.kind])).toContainEqual([
    next.id,
    'PullRequestOpen',
  ]);
  expect(next.id).not.toBe(first.id);
  await run.close();
});

test('a farewell that takes long keeps nothing open: the pull request is closed before it', async () => {
  const run = await rollbackRun();
  run.sweepEveryMinute();
  run.degrade();
  await run.until('PullRequestOpen');
  const { comment } = run.world.forge;
  Object.assign(run.world.forge, {
    comment: async (...given: Parameters<typeof comment>) => {
      if (given[2].endsWith('/SelfHealed')) await new Promise((done) => setTimeout(done, 45_000));
      return comment(...given);
    },
  });
  run.heal();
  await run.until('SelfHealed');
  run.degrade();
  const next = await run.until('PullRequestOpen');
  await run.pass(60);
  expect(next.data.pullRequest?.number).toBe(2);
  expect(run.world.forge.pullRequests(GITOPS).map(({ state }) => state)).toEqual(['closed', 'open']);
  expect(run.world.forge.branches(GITOPS)).toContain(next.data.pullRequest?.branch);
  expect((await run.attempts())[0]?.state.kind).toBe('PullRequestOpen');
  await run.close();
});

test('a repeated task of an ended attempt keeps the branch that the next one made under the same name', async () => {
  const run = await rollbackRun();
  run.sweepEveryMinute();
  run.degrade();
  await run.until('PullRequestOpen');
  run.heal();
  const first = await run.until('SelfHealed');
  run.degrade();
  const next = await run.until('PullRequestOpen');
  expect(next.data.pullRequest?.branch).toBe(first.data.pullRequest?.branch);
  await openPullRequestForRollback(run.deps, { rollbackId: first.id, key: 'again' });
  expect(run.world.forge.branches(GITOPS)).toContain(next.data.pullRequest?.branch);
  await run.close();
});

test('what a self-healed attempt could not close is closed by the next daily run, as a decision', async () => {
  const run = await atSuggest();
  const { forge } = run.world;
  const until = Date.now() + 200_000;
  forge.refuse = (call) =>
    call === 'updatePullRequest' && Date.now() < until ? new Fault('Unavailable', 'down') : undefined;
  run.heal();
  const { id } = await run.until('SelfHealed', 70);
  expect(Date.now()).toBeLessThan(until - 120_000);
  await run.pass(300);
  expect(forge.pullRequests(GITOPS)[0]?.state).toBe('open');
  // its tasks may still be at it
  expect(await closeStalePullRequests(run.deps)).toEqual({ closed: 0 });
  await run.pass(600);
  expect(await closeStalePullRequests(run.deps)).toEqual({ closed: 1 });
  expect(await closeStalePullRequests(run.deps)).toEqual({ closed: 0 });
  expect(forge.pullRequests(GITOPS)[0]?.state).toBe('closed');
  expect(forge.branches(GITOPS)).toEqual(['main']);
  expect(forge.comments(GITOPS).filter((text) => text.includes('Health restored'))).toHaveLength(1);
  expect((await run.events(id)).at(-1)).toBe('StalePullRequestClosed');
  const [attempt] = await run.attempts();
  expect(attempt?.state.kind).toBe('SelfHealed');
  expect(await run.store.count('QUOTA#rollbacks#open')).toBe(0);
  await run.close();
});

test('what a person has opened again after its end stays open', async () => {
  const run = await atSuggest();
  run.heal();
  await run.until('SelfHealed');
  await run.pass(700);
  const { forge } = run.world;
  Object.assign(forge.pullRequests(GITOPS)[0] ?? {}, { state: 'open' });
  expect(await closeStalePullRequests(run.deps)).toEqual({ closed: 0 });
  expect(forge.pullRequests(GITOPS)[0]?.state).toBe('open');
  await run.close();
});
