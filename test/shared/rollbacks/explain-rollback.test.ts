import { expect, test } from 'vitest';
import { Fault } from '../../../shared/kernel/index.ts';
import { checkService, explainRollback, listRollbackDecisions } from '../../../shared/rollbacks/index.ts';
import { rollbackRun } from '../../support/rollback-run.ts';

test('an attempt is explained from its decisions, each with its rule and reasons', async () => {
  const run = await rollbackRun();
  run.world.forge.firstChecks = 'success';
  run.degrade();
  run.sweepEveryMinute();
  const { id } = await run.until('RollbackComplete');
  const told = await explainRollback(run.deps, id);
  expect(told.summary).toContain('by pull request #1; the attempt is RollbackComplete');
  expect(told.steps.map(({ rule }) => rule)).toEqual([
    'open-rollback v1',
    'resolve-candidate v1',
    'record-pull-request v1',
    'judge-ci v1',
    'check-invariants v3',
    'merge-rollback v3',
    'judge-recovery v1',
  ]);
  for (const step of told.steps) expect(step.reasons.length).toBeGreaterThan(0);
  expect(told.steps[5]?.reasons.map(({ code }) => code).join()).toBe('I1,I2,I3,I4,I5,I6,I7,I8');
  expect((await listRollbackDecisions(run.store, id)).items).toHaveLength(7);
  await run.close();
});

test('while a merge only waits, the invariants are shown as they were read last, though nothing was decided', async () => {
  const run = await rollbackRun();
  run.degrade();
  run.sweepEveryMinute();
  const { id } = await run.until('PullRequestOpen');
  expect((await explainRollback(run.deps, id)).invariants).toBeUndefined();
  run.world.forge.refuse = (call) => (call === 'rules' ? new Fault('Unavailable', 'down') : undefined);
  run.checks('success');
  await run.until('AwaitingMerge');
  await run.pass(120);
  const { invariants, steps } = await explainRollback(run.deps, id);
  expect(steps.at(-1)?.text).toBe('CiSucceeded: PullRequestOpen -> AwaitingMerge');
  expect(invariants).toMatchObject({ mode: 'auto', verdict: 'wait' });
  expect(Date.parse(invariants?.at ?? '')).toBeGreaterThan(Date.now() - 60_000);
  expect(invariants?.results.filter(({ result }) => result !== 'pass')).toEqual([
    { id: 'I8', result: 'wait', value: 'branch rules could not be read' },
  ]);
  await run.close();
});

test('a look that cannot be kept holds no merge up', async () => {
  const run = await rollbackRun();
  const down = () => Promise.reject(new Fault('Unavailable', 'the table does not answer'));
  Object.assign(run.deps.work, { evaluation: down, putEvaluation: down });
  run.world.forge.firstChecks = 'success';
  run.degrade();
  run.sweepEveryMinute();
  await run.until('RollbackComplete');
  await run.close();
});

test('an erased step keeps its place and says what happened to it', async () => {
  const run = await rollbackRun({ level: 'observe' });
  run.degrade();
  run.sweepEveryMinute();
  const { id } = await run.until('Observed');
  await run.close();
  run.store.erase({ kind: 'rollback', id }, 1);
  const told = await explainRollback(run.deps, id);
  expect(told.steps[0]).toMatchObject({ rule: '', reasons: [{ code: 'ERASED' }] });
  expect(told.steps[1]?.text).toBe('CandidateResolved: DegradationDetected -> Observed');
});

test('what nobody knows is not explained', async () => {
  const run = await rollbackRun();
  await expect(explainRollback(run.deps, 'rbk_x')).rejects.toMatchObject({ name: 'NotFound' });
  await expect(listRollbackDecisions(run.store, 'rbk_x')).rejects.toMatchObject({ name: 'NotFound' });
  await run.close();
});

test('a check of a service finds by day what would fail at night, and changes nothing', async () => {
  const run = await rollbackRun();
  expect(await checkService(run.deps, 'shop')).toMatchObject({ ok: true });
  run.world.forge.refuse = (call) => (call === 'rules' ? new Fault('PermissionDenied', '403') : undefined);
  const { ok, findings } = await checkService(run.deps, 'shop');
  expect(ok).toBe(false);
  expect(findings.filter((each) => !each.ok)).toEqual([
    { check: 'branch rules', environment: 'staging', ok: false, text: 'PermissionDenied: 403' },
  ]);
  expect(run.world.forge.writes).toEqual([]);
  await run.close();
});
