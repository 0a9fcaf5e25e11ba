import { expect, test } from 'vitest';
import { putPeople } from '../../../shared/approvals/index.ts';
import { Fault } from '../../../shared/kernel/index.ts';
import type { PullRequest } from '../../../shared/ports/index.ts';
import { requestRollback } from '../../../shared/rollbacks/index.ts';
import { approving, knowPeople } from '../../support/approving.ts';
import { type Run, rollbackRun } from '../../support/rollback-run.ts';

/** The degraded revision as the merge commit of a pull request: its author, at the forge, is whoever merged. */
async function broughtBy(run: Run, authorLogin: string, state: 'merged' | 'closed' = 'merged') {
  const { forge } = run.world;
  const { number } = await forge.openPullRequest({
    ...{ repository: 'acme/shop', headBranch: `by-${authorLogin}`, baseBranch: 'main' },
    ...{ title: 'a change', body: '', labels: [] },
  });
  const mergeCommitSha = run.revisions().at(-1) ?? '';
  const pulls = forge.pullRequests('acme/shop') as PullRequest[];
  pulls[number - 1] = { ...must(pulls[number - 1]), authorLogin, state, mergeCommitSha };
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('nothing there');
  return value;
}

test('four eyes: neither the author of the degraded revision nor whoever asked for the rollback may approve', async () => {
  const run = await rollbackRun({ environment: 'production' });
  run.world.forge.firstChecks = 'success';
  await knowPeople(run, 'ada', 'grace', 'lee');
  run.world.forge.authorOf('acme/shop', run.revisions().at(-1) ?? '', 'Grace-H');
  run.degrade();
  const asker = { type: 'person', id: 'lee', via: 'api' } as const;
  await requestRollback(run.deps, {
    ...{ service: 'shop', environment: 'production', reason: 'slow', actor: asker, key: 'r' },
  });
  run.sweepEveryMinute();
  await run.until('AwaitingMerge');
  await run.pass(1);
  const { answer, approvals } = approving(run);
  expect((await approvals())[0]?.data.notBy).toEqual(['lee', 'grace']);
  // the author, under another name than the one that is mapped, and somebody nobody knows
  for (const person of ['lee', 'grace', 'grace-at-the-issuer', 'sub-123'])
    await expect(answer('approve', { person })).rejects.toMatchObject({ name: 'Forbidden' });
  await answer('approve', { person: 'ada' });
  await run.until('RollbackComplete');
  await run.close();
});

test('of a merge commit, the author of the pull request that it brought may not approve, nor who merged it', async () => {
  const run = await rollbackRun({ environment: 'production' });
  run.world.forge.firstChecks = 'success';
  await knowPeople(run, 'ada', 'grace', 'lee');
  run.world.forge.authorOf('acme/shop', run.revisions().at(-1) ?? '', 'lee-h');
  await broughtBy(run, 'Grace-H');
  await broughtBy(run, 'lee-h');
  // one that was closed has brought nothing
  await broughtBy(run, 'ada-h', 'closed');
  run.degrade();
  run.sweepEveryMinute();
  await run.until('AwaitingMerge');
  await run.pass(1);
  const { answer, approvals } = approving(run);
  expect((await approvals())[0]?.data.notBy).toEqual(['lee', 'grace']);
  for (const person of ['grace', 'lee'])
    await expect(answer('approve', { person })).rejects.toMatchObject({ name: 'Forbidden' });
  await answer('approve', { person: 'ada' });
  await run.until('RollbackComplete');
  await run.close();
});

test.each(['commits', 'pullRequestsOf'])(
  'while it cannot be read who made the change nobody is asked; then they are: %s',
  async (unread) => {
    const run = await rollbackRun({ environment: 'production' });
    run.degrade();
    run.sweepEveryMinute();
    await run.until('PullRequestOpen');
    run.world.forge.refuse = (call) => (call === unread ? new Fault('Unavailable', 'down') : undefined);
    run.checks('success');
    await run.until('AwaitingMerge');
    await run.pass(60);
    const { approvals } = approving(run);
    expect(await approvals()).toEqual([]);
    run.world.forge.refuse = () => undefined;
    await run.pass(60);
    expect((await approvals()).map(({ state }) => state)).toEqual(['Open']);
    await run.close();
  },
);

test('an author whom the forge gives no login cannot be told apart from anybody: nobody may approve', async () => {
  const run = await rollbackRun({ environment: 'production' });
  run.world.forge.firstChecks = 'success';
  await knowPeople(run, 'ada');
  run.world.forge.authorOf('acme/shop', run.revisions().at(-1) ?? '', undefined);
  run.degrade();
  run.sweepEveryMinute();
  await run.until('AwaitingMerge');
  await run.pass(1);
  await expect(approving(run).answer('approve')).rejects.toThrow('merge the pull request by hand');
  await run.close();
});

test('a login that is mapped after the question was asked counts as its person', async () => {
  const run = await rollbackRun({ environment: 'production' });
  run.world.forge.firstChecks = 'success';
  run.degrade();
  run.sweepEveryMinute();
  await run.until('AwaitingMerge');
  await run.pass(1);
  const { answer, approvals } = approving(run);
  expect((await approvals())[0]?.data.notBy).toEqual(['github:dev']);
  await putPeople(
    run.deps,
    { people: [{ person: 'ada', role: 'approver', identities: [{ via: 'github', id: 'Dev' }] }] },
    { actor: { type: 'person', id: 'ada', via: 'api' }, correlationId: 'p', key: 'p' },
  );
  await expect(answer('approve')).rejects.toMatchObject({ name: 'Forbidden' });
  await run.close();
});
