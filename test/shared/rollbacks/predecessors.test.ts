import { expect, test } from 'vitest';
import { Fault } from '../../../shared/kernel/index.ts';
import { requestRollback } from '../../../shared/rollbacks/index.ts';
import { GITOPS } from '../../support/memory-world.ts';
import { type Run, rollbackRun } from '../../support/rollback-run.ts';

const LEE = { type: 'person', id: 'lee', via: 'api' } as const;

/** An attempt that the kill switch ended; its pull request stays open. Then another revision is the one to go back to. */
async function otherTarget(): Promise<Run> {
  const run = await rollbackRun({ level: 'suggest' });
  run.world.forge.firstChecks = 'success';
  run.sweepEveryMinute();
  run.degrade();
  await run.until('AwaitingMerge');
  await run.killSwitch(true);
  await run.until('Aborted');
  await run.killSwitch(false);
  run.world.uptimes.set(run.revisions()[3] ?? '', 0.9);
  return run;
}

async function next(run: Run) {
  const place = { service: 'shop', environment: 'staging' };
  const { id } = await requestRollback(run.deps, { ...place, reason: 'again', actor: LEE, key: 'again' });
  return { id, attempt: () => run.attempts().then((all) => all.find((each) => each.id === id)) };
}

const standing = (run: Run) => run.world.forge.pullRequests(GITOPS).map(({ state }) => state);
/** Two comments are different ones: the kill switch's and the successor's. */
const twice = (writes: readonly string[]) =>
  writes.filter((what, index) => !what.startsWith('comment') && writes.indexOf(what) !== index);

test('what an ended attempt left open is closed by the next one that goes back to another revision', async () => {
  const run = await otherTarget();
  const { id, attempt } = await next(run);
  await run.until('AwaitingMerge');
  const { forge } = run.world;
  expect(standing(run)).toEqual(['closed', 'open']);
  const { branch } = (await attempt())?.data.pullRequest ?? {};
  expect(forge.branches(GITOPS)).toEqual(['main', branch]);
  expect(
    forge.comments(GITOPS).filter((text) => text.includes(`Rollback ${id} takes the place`)),
  ).toHaveLength(1);
  const closing = forge.writes.lastIndexOf('updatePullRequest #1');
  expect(closing).toBeGreaterThan(0);
  expect(closing).toBeLessThan(forge.writes.indexOf('openPullRequest #2'));
  await run.close();
});

test.each(['comment', 'deleteBranch', 'updatePullRequest', 'createBranch', 'openPullRequest'])(
  'a process that dies after %s closes it all the same, with no effect twice',
  async (call) => {
    const run = await otherTarget();
    let left = 1;
    const { attempt } = await next(run);
    run.world.forge.interrupt = (name) => {
      if (name !== call || left === 0) return;
      left -= 1;
      throw Object.assign(new Error('died'), { name: 'Lambda.ServiceException' });
    };
    await run.until('AwaitingMerge');
    expect(left).toBe(0);
    expect((await attempt())?.state.kind).toBe('AwaitingMerge');
    expect(standing(run)).toEqual(['closed', 'open']);
    expect(run.world.forge.branches(GITOPS)).toHaveLength(2);
    expect(twice(run.world.forge.writes)).toEqual([]);
    expect(run.world.forge.comments(GITOPS).filter((text) => text.includes('takes the place'))).toHaveLength(
      1,
    );
    await run.close();
  },
);

test('what a person pushed to it since keeps its branch', async () => {
  const run = await otherTarget();
  const { forge } = run.world;
  const branch = forge.pullRequests(GITOPS)[0]?.headBranch ?? '';
  forge.pushTo(GITOPS, 1, 'a thought of mine');
  await next(run);
  await run.until('AwaitingMerge');
  expect(standing(run)).toEqual(['closed', 'open']);
  expect(forge.branches(GITOPS)).toContain(branch);
  await run.close();
});

test('one that names no attempt is a person’s and stays', async () => {
  const run = await otherTarget();
  await run.deps.forge.updatePullRequest(GITOPS, 1, { body: 'mine now' });
  await next(run);
  await run.until('AwaitingMerge');
  expect(standing(run)).toEqual(['open', 'open']);
  await run.close();
});

test('a predecessor that cannot be closed lets nothing open beside it: a person is asked', async () => {
  const run = await otherTarget();
  run.world.forge.refuse = (call) =>
    call === 'updatePullRequest' ? new Fault('Unavailable', 'down') : undefined;
  await next(run);
  const review = await run.until('AwaitingHumanReview');
  expect(review.state).toMatchObject({ reason: 'PR_FAILED' });
  expect(standing(run)).toEqual(['open']);
  await run.close();
});

test('a proposal is counted once it is recorded, however often its task is tried', async () => {
  const run = await rollbackRun();
  run.sweepEveryMinute();
  run.degrade();
  await run.until('DegradationDetected');
  const { write } = run.store;
  let left = 2;
  Object.assign(run.deps.store, {
    write: async (...[draft]: Parameters<typeof write>) => {
      if (draft.envelope.event !== 'PullRequestOpened' || left === 0) return write(draft);
      left -= 1;
      throw Object.assign(new Error('died'), { name: 'Lambda.ServiceException' });
    },
  });
  await run.until('PullRequestOpen');
  expect(left).toBe(0);
  const proposed = run.world.meter.counted.filter((metric) => metric === 'rollbacks_proposed_total');
  expect(proposed).toHaveLength(1);
  await run.close();
});
