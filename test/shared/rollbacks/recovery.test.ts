import { expect, test } from 'vitest';
import { Fault } from '../../../shared/kernel/index.ts';
import { rollbackRun } from '../../support/rollback-run.ts';

async function merged(timings?: Parameters<typeof rollbackRun>[0]) {
  const run = await rollbackRun(timings);
  run.world.forge.firstChecks = 'success';
  run.degrade();
  run.sweepEveryMinute();
  return run;
}

test('one bad reading after the merge restarts the minute of health', async () => {
  const run = await merged();
  await run.until('RollbackMerged');
  await run.pass(50);
  run.world.seen.set('shop', { health: 'Degraded' });
  await run.pass(10);
  run.world.seen.clear();
  await run.pass(50);
  expect((await run.attempts())[0]?.state.kind).toBe('RollbackMerged');
  await run.until('RollbackComplete', 30);
  await run.close();
});

test('NOT_SYNCED when the delivery system does not reach the target within its deadline', async () => {
  const run = await merged();
  await run.until('DegradationDetected');
  run.world.syncSeconds = Number.POSITIVE_INFINITY;
  const review = await run.until('AwaitingHumanReview');
  expect(review.state).toEqual({ kind: 'AwaitingHumanReview', reason: 'NOT_SYNCED', afterMerge: true });
  await run.close();
});

test('health on another revision than the target does not complete a review after the merge', async () => {
  const run = await merged();
  await run.until('DegradationDetected');
  run.world.syncSeconds = Number.POSITIVE_INFINITY;
  await run.until('AwaitingHumanReview');
  run.heal();
  await run.pass(300);
  expect((await run.attempts())[0]?.state.kind).toBe('AwaitingHumanReview');
  run.world.syncSeconds = 5;
  await run.until('RollbackComplete', 200);
  await run.close();
});

test('ROLLBACK_INEFFECTIVE when it stays degraded on the target, counted from the sync', async () => {
  const run = await merged();
  for (const sha of run.revisions()) run.world.revisions.set(sha, 'Degraded');
  const { data } = await run.until('RollbackMerged');
  const review = await run.until('AwaitingHumanReview');
  expect(review.state).toMatchObject({ reason: 'ROLLBACK_INEFFECTIVE', afterMerge: true });
  const synced = Date.parse(review.data.times.synced ?? '');
  expect(synced).toBeGreaterThan(Date.parse(data.times.merged ?? ''));
  expect(Date.parse(review.updatedAt) - synced).toBeGreaterThanOrEqual(600_000);
  expect(await run.events(review.id)).toContain('StillDegraded');
  await run.close();
});

test('three bad readings after a first Healthy one are degraded again', async () => {
  const run = await merged();
  await run.until('RollbackMerged');
  await run.pass(30);
  run.world.seen.set('shop', { health: 'Degraded' });
  const review = await run.until('AwaitingHumanReview', 60);
  expect(await run.events(review.id)).toContain('DegradedAgain');
  await run.close();
});

test('a sync that nobody could read within its deadline counts as none', async () => {
  const run = await merged();
  await run.until('DegradationDetected');
  run.world.syncSeconds = 0;
  await run.until('RollbackMerged');
  run.world.unreadable = () => new Fault('Unavailable', 'down');
  const review = await run.until('AwaitingHumanReview', 620);
  expect(review.state).toMatchObject({ reason: 'NOT_SYNCED', afterMerge: true });
  run.world.unreadable = () => undefined;
  await run.until('RollbackComplete', 150);
  await run.close();
});
