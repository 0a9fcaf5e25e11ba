import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Fault } from '../../../shared/kernel/index.ts';
import { watchHealth } from '../../../shared/rollbacks/index.ts';
import { eventCountOf, executionArn } from '../../local/states/harness.ts';
import { type Run, rollbackRun } from '../../support/rollback-run.ts';

const readsOf = (run: Run, service = 'shop') =>
  run.world.reads.filter((read) => read.startsWith(`${service} `)).length;

test('a service at rest is read once a minute, one in trouble every ten seconds', async () => {
  const run = await rollbackRun({ services: ['shop', 'cart'], level: 'suggest' });
  run.world.syncSeconds = 0;
  run.degrade('cart');
  const before = [readsOf(run), readsOf(run, 'cart')];
  run.sweepEveryMinute();
  await run.pass(119);
  expect(readsOf(run) - (before[0] ?? 0)).toBe(2);
  expect(readsOf(run, 'cart') - (before[1] ?? 0)).toBe(12);
  await run.close();
});

test('two watches at once store at most one reading an interval and open one attempt', async () => {
  const run = await rollbackRun();
  run.degrade();
  run.sweepEveryMinute();
  run.sweepEveryMinute();
  void watchHealth(run.deps, { service: 'shop', environment: 'staging' });
  await run.pass(65);
  const stored = await run.deps.work.readings('shop', 'staging', '2026');
  expect(new Set(stored.map(({ slot }) => slot)).size).toBe(stored.length);
  expect(stored.length).toBeLessThanOrEqual(7);
  expect(await run.attempts()).toHaveLength(1);
  await run.close();
});

test('a delivery system that fails for one service is counted and leaves the others swept', async () => {
  const run = await rollbackRun({ services: ['shop', 'cart'] });
  run.world.unreadable = (service) => (service === 'shop' ? new Fault('PermissionDenied', '403') : undefined);
  run.degrade('cart');
  run.sweepEveryMinute();
  const attempt = await run.until('DegradationDetected');
  expect(attempt.service).toBe('cart');
  expect(run.world.meter.counted).toContain('integration_errors_total');
  await run.pass(60);
  expect(run.world.meter.counted.filter((metric) => metric === 'health_sweeps_total').length).toBeGreaterThan(
    0,
  );
  await run.close();
});

test('a waiting workflow is woken by news only', async () => {
  const run = await rollbackRun({ level: 'suggest' });
  run.world.forge.firstChecks = 'success';
  run.degrade();
  run.sweepEveryMinute();
  await run.until('AwaitingMerge');
  const before = run.tasks.length;
  await run.pass(600);
  expect(run.tasks.length).toBe(before);
  await run.close();
});

test('ten minutes of re-read invariants stay far under the budget of 5,000 history events', async () => {
  const run = await rollbackRun();
  run.world.forge.firstChecks = 'success';
  run.degrade();
  run.sweepEveryMinute();
  const { id } = await run.until('DegradationDetected');
  run.world.forge.refuse = (call) => (call === 'rules' ? new Fault('Unavailable', 'down') : undefined);
  await run.until('AwaitingHumanReview');
  expect(await eventCountOf(run.machine.states.service, executionArn(id))).toBeLessThan(2000);
  expect(await run.execution(id)).toMatchObject({ status: 'RUNNING' });
  await run.close();
});

test('what can no longer end a review after the merge does not wake it', async () => {
  const run = await rollbackRun();
  run.world.forge.firstChecks = 'success';
  run.degrade();
  run.sweepEveryMinute();
  await run.until('DegradationDetected');
  run.world.syncSeconds = Number.POSITIVE_INFINITY;
  await run.until('AwaitingHumanReview');
  const before = run.tasks.length;
  run.heal();
  await run.killSwitch(true);
  run.world.forge.refuse = () => new Fault('PermissionDenied', '403');
  await run.pass(600);
  expect(run.tasks.length).toBeLessThanOrEqual(before + 1);
  await run.close();
});

test('an attempt whose workflow was lost is taken up by another an hour after its deadline, once an hour', async () => {
  const committed = readFileSync(
    join(import.meta.dirname, '../../../statemachines/roll-back-service.asl.json'),
  );
  // the workflow dies where it would wait for the checks
  const machine = String(committed).replace('"Next": "Await CI"', '"Next": "Attempt lost"');
  const run = await rollbackRun({ machine });
  const { startRollback } = run.deps.workflow;
  const started: string[] = [];
  Object.assign(run.deps.workflow, {
    startRollback: (...[id, input]: Parameters<typeof startRollback>) => {
      started.push(id);
      return startRollback(id, input);
    },
  });
  run.degrade();
  run.sweepEveryMinute();
  const attempt = await run.until('PullRequestOpen');
  await run.pass(5);
  expect(await run.execution(attempt.id)).toMatchObject({ status: 'FAILED', error: 'AttemptLost' });
  await run.pass(600 + 3_500);
  expect((await run.attempts())[0]?.state.kind).toBe('PullRequestOpen');
  await run.until('AwaitingHumanReview', 200);
  expect((await run.attempts())[0]?.state).toMatchObject({ reason: 'CI_TIMEOUT' });
  await run.pass(120);
  expect(started).toEqual([attempt.id, `${attempt.id}-${attempt.rev}-1`]);
  expect(await run.execution(`${attempt.id}-${attempt.rev}-1`)).toMatchObject({ status: 'RUNNING' });
  await run.close();
});
