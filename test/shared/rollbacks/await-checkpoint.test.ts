import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fault } from '../../../shared/kernel/index.ts';
import { awaitCheckpoint } from '../../../shared/rollbacks/rules/await-checkpoint.ts';
import { approving, knowPeople } from '../../support/approving.ts';
import { type Run, rollbackRun } from '../../support/rollback-run.ts';

const merges = (run: Run) => run.world.forge.writes.filter((write) => write.startsWith('merge'));

/** A degraded service whose merge must wait for a checkpoint, and of which nothing is covered yet. */
async function uncovered(options: Parameters<typeof rollbackRun>[0] = {}) {
  const run = await rollbackRun({ awaitCheckpoint: true, ...options });
  run.world.covered = new Set();
  run.world.forge.firstChecks = 'success';
  run.degrade();
  run.sweepEveryMinute();
  return run;
}

async function cover(run: Run): Promise<void> {
  const [attempt] = await run.attempts();
  run.world.covered?.add(`rollback/${attempt?.id}/${attempt?.data.mergeStartedRev}`);
}

test('staging: the merge waits until a checkpoint covers the decision that allows it, and says so once', async () => {
  const run = await uncovered();
  const attempt = await run.until('AwaitingMerge');
  await run.pass(90);
  expect(merges(run)).toEqual([]);
  await cover(run);
  const done = await run.until('RollbackComplete');
  expect(await run.events(attempt.id)).toEqual([
    ...['DegradationDetected', 'CandidateResolved', 'PullRequestOpened', 'CiSucceeded'],
    ...['MergeStarted', 'CheckpointAwaited', 'InvariantsPassed', 'HealthRestored'],
  ]);
  expect(done.data).toMatchObject({ mergeStartedRev: 5, checkpointAwaitedRev: 5 });
  expect(merges(run)).toHaveLength(1);
  await run.close();
});

test('production: the approval stands while the checkpoint is awaited, and the merge follows within a reading of it', async () => {
  const run = await uncovered({ environment: 'production', twice: true });
  await knowPeople(run, 'ada', 'grace', 'lee');
  const attempt = await run.until('AwaitingMerge');
  await run.pass(1);
  await approving(run).answer('approve');
  await run.pass(60);
  expect(merges(run)).toEqual([]);
  await cover(run);
  await run.pass(30);
  expect(merges(run)).toHaveLength(1);
  expect(await run.events(attempt.id)).toContain('HumanApproved');
  await run.until('RollbackComplete');
  await run.close();
});

test.each([
  ['no checkpoint comes', 'CHECKPOINT_TIMEOUT', () => false],
  [
    'the ledger cannot be read for good',
    'UNEXPECTED',
    () => {
      throw new Fault('Unavailable', 'throttled');
    },
  ],
])('%s: nothing is merged, and a person is asked', async (_what, reason, covers) => {
  const run = await uncovered();
  Object.assign(run.world.coverage, { covers: async () => covers() });
  const review = await run.until('AwaitingHumanReview');
  expect(review.state).toMatchObject({ reason, afterMerge: false });
  expect(merges(run)).toEqual([]);
  await run.close();
});

test('a checkpoint that is overdue is told by its name after 120 s', async () => {
  const run = await uncovered();
  const attempt = await run.until('AwaitingMerge');
  const review = await run.until('AwaitingHumanReview');
  expect(review.state).toMatchObject({ reason: 'CHECKPOINT_TIMEOUT', afterMerge: false });
  expect(await run.events(attempt.id)).toContain('CheckpointTimedOut');
  expect(run.world.forge.writes.some((write) => write.startsWith('merge'))).toBe(false);
  await run.close();
});

test('a service that does not ask for it never asks the ledger', async () => {
  const run = await uncovered({ awaitCheckpoint: false });
  Object.assign(run.world.coverage, {
    covers: () => {
      throw new Error('nobody asked');
    },
  });
  await run.until('RollbackComplete');
  await run.close();
});

test('the rule: covered goes on whatever the time, otherwise it is overdue exactly from the wait on', () => {
  const times = fc.integer({ min: 0, max: 100_000 });
  fc.assert(
    fc.property(times, times, fc.boolean(), (waited, waitSeconds, covered) => {
      const now = new Date(Date.UTC(2026, 10, 21) + waited * 1000).toISOString();
      const inputs = { rev: 5, startedAt: '2026-11-21T00:00:00.000Z', now, covered, waitSeconds };
      const expected = waited >= waitSeconds ? 'overdue' : 'awaited';
      expect(awaitCheckpoint.decide(inputs).verdict).toBe(covered ? 'covered' : expected);
    }),
  );
});
