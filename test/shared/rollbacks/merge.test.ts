import { expect, test } from 'vitest';
import { Fault } from '../../../shared/kernel/index.ts';
import {
  CheckedInvariants,
  checkInvariantsOfRollback,
  mergePullRequestOfRollback,
  reviewRollback,
} from '../../../shared/rollbacks/index.ts';
import { GITOPS } from '../../support/memory-world.ts';
import { type Run, rollbackRun } from '../../support/rollback-run.ts';

/** An attempt whose invariants have just been found to hold, before its workflow merges. */
async function checked() {
  const run = await rollbackRun();
  run.world.forge.firstChecks = 'success';
  run.world.forge.refuse = (call) => (call === 'rules' ? new Fault('Unavailable', 'down') : undefined);
  run.degrade();
  run.sweepEveryMinute();
  const { id } = await run.until('AwaitingMerge');
  run.world.forge.refuse = () => undefined;
  const check = await checkInvariantsOfRollback(run.deps, { rollbackId: id, key: 'check' });
  expect(check.verdict).toBe('merge');
  const evaluation = CheckedInvariants.parse(JSON.parse(JSON.stringify(check.evaluation)));
  return { run, id, evaluation };
}
const merges = (run: Run) => run.world.forge.writes.filter((write) => write.startsWith('merge'));

test('a merge rests on a check that is not older than 15 s; an older one is made anew', async () => {
  const { run, id, evaluation } = await checked();
  const old = new Date(Date.parse(evaluation.now) - 16_000).toISOString();
  const result = await mergePullRequestOfRollback(run.deps, {
    ...{ rollbackId: id, key: 'merge', evaluation: { ...evaluation, now: old } },
  });
  expect(result.state).toBe('AwaitingMerge');
  expect(merges(run)).toEqual([]);
  await run.close();
});

test('a merge whose check does not allow it is refused, whatever the workflow says', async () => {
  const { run, id, evaluation } = await checked();
  const forged = { ...evaluation, mode: 'approve' } as const;
  const merge = mergePullRequestOfRollback(run.deps, { rollbackId: id, key: 'merge', evaluation: forged });
  await expect(merge).rejects.toMatchObject({ name: 'Forbidden' });
  expect(merges(run)).toEqual([]);
  await run.close();
});

test('the kill switch stops a merge that was already allowed', async () => {
  const { run, id, evaluation } = await checked();
  await run.killSwitch(true);
  const result = await mergePullRequestOfRollback(run.deps, { rollbackId: id, key: 'merge', evaluation });
  expect(result.state).toBe('Aborted');
  expect(merges(run)).toEqual([]);
  await run.close();
});

test('two merge tasks at once merge once and record it once', async () => {
  const { run, id, evaluation } = await checked();
  const input = { rollbackId: id, key: 'merge', evaluation };
  const both = await Promise.allSettled([
    mergePullRequestOfRollback(run.deps, input),
    mergePullRequestOfRollback(run.deps, input),
  ]);
  expect(both.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
  expect(merges(run)).toHaveLength(1);
  expect((await run.events(id)).filter((event) => event === 'InvariantsPassed')).toHaveLength(1);
  await run.until('RollbackComplete');
  await run.close();
});

test('a person who aborts while the merge call is under way: the end stands, the merge is recorded, and nobody is told otherwise', async () => {
  const run = await rollbackRun();
  run.world.forge.firstChecks = 'success';
  run.degrade();
  run.sweepEveryMinute();
  let aborted: Promise<unknown> | undefined;
  run.world.forge.interrupt = (call) => {
    if (call !== 'merge' || aborted !== undefined) return;
    aborted = run.attempts().then(([attempt]) =>
      reviewRollback(run.deps, {
        ...{ rollbackId: attempt?.id ?? '', verdict: 'abort', reason: 'no', person: 'ada', via: 'api' },
      }),
    );
  };
  const ended = await run.until('Aborted');
  await aborted;
  await run.pass(60);
  expect(merges(run)).toHaveLength(1);
  expect((await run.events(ended.id)).slice(-3)).toEqual([
    'MergeStarted',
    'AbortRequested',
    'MergeCompleted',
  ]);
  const steps = await run.store.decisions({ kind: 'rollback', id: ended.id });
  const started = steps.find(({ envelope }) => envelope.event === 'MergeStarted');
  expect(started?.envelope.events.map(({ type }) => type)).toContain('InvariantsEvaluated');
  const [after] = await run.attempts();
  expect(after?.state).toEqual({ kind: 'Aborted', reason: 'ABORTED_BY_PERSON' });
  expect(after?.data.merge).toMatchObject({ byPerson: false });
  expect(run.world.forge.comments(GITOPS).join()).toContain('it IS merged');
  expect(run.world.forge.comments(GITOPS).join()).not.toContain('nothing was changed');
  await run.close();
});
