import { expect, test } from 'vitest';
import { putPeople } from '../../../shared/approvals/index.ts';
import { Fault } from '../../../shared/kernel/index.ts';
import { requestRollback } from '../../../shared/rollbacks/index.ts';
import { approving, knowPeople } from '../../support/approving.ts';
import { rollbackRun } from '../../support/rollback-run.ts';

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

test('while the author of the change cannot be read nobody is asked; then they are', async () => {
  const run = await rollbackRun({ environment: 'production' });
  run.degrade();
  run.sweepEveryMinute();
  await run.until('PullRequestOpen');
  run.world.forge.refuse = (call) => (call === 'commits' ? new Fault('Unavailable', 'down') : undefined);
  run.checks('success');
  await run.until('AwaitingMerge');
  await run.pass(60);
  const { approvals } = approving(run);
  expect(await approvals()).toEqual([]);
  run.world.forge.refuse = () => undefined;
  await run.pass(60);
  expect((await approvals()).map(({ state }) => state)).toEqual(['Open']);
  await run.close();
});

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
