import { expect, test } from 'vitest';
import { escalateRollback, explainRollback, noticeForgeEvent } from '../../../shared/rollbacks/index.ts';
import { approving, knowPeople } from '../../support/approving.ts';
import { GITOPS } from '../../support/memory-world.ts';
import { type Run, rollbackRun } from '../../support/rollback-run.ts';

async function waiting(state: string, options: Parameters<typeof rollbackRun>[0] = {}) {
  const run = await rollbackRun({ environment: 'production', ...options });
  run.world.forge.firstChecks = state === 'AwaitingMerge' ? 'success' : 'failure';
  await knowPeople(run, 'ada', 'grace');
  run.degrade();
  run.sweepEveryMinute();
  const attempt = await run.until(state);
  await run.pass(1);
  return { run, attempt, ...approving(run) };
}
const push = (run: Run) => run.world.forge.pushTo(GITOPS, 1, 'somebody pushed');
const merges = (run: Run) => run.world.forge.writes.filter((write) => write.startsWith('merge'));
const states = async (all: () => Promise<readonly { readonly state: string }[]>) =>
  (await all()).map(({ state }) => state);

test('a yes over the API to a pull request whose head has moved is refused at once, and a no still counts', async () => {
  const { run, approvals, answer } = await waiting('AwaitingMerge');
  push(run);
  const refused = answer('approve');
  await expect(refused).rejects.toMatchObject({ name: 'Conflict' });
  await expect(refused).rejects.toThrow('has moved since the approval was asked for');
  expect(await states(approvals)).toEqual(['Open']);
  await answer('reject');
  await run.until('Aborted', 20);
  await run.close();
});

test('a forge that does not answer holds up no yes: the invariants are read again before the merge', async () => {
  const { run, answer } = await waiting('AwaitingMerge');
  const { Fault } = await import('../../../shared/kernel/index.ts');
  run.world.forge.refuse = (call) => (call === 'pullRequest' ? new Fault('Unavailable', 'down') : undefined);
  await answer('approve');
  push(run);
  run.world.forge.refuse = () => undefined;
  const review = await run.until('AwaitingHumanReview', 120);
  expect(review.state).toMatchObject({ reason: 'INVARIANT_FAILED' });
  expect(merges(run)).toEqual([]);
  await run.close();
});

test('the question is taken back when the head moves, and the review offers no approval and says why', async () => {
  const { run, attempt, approvals, answer } = await waiting('AwaitingMerge');
  push(run);
  await noticeForgeEvent(run.deps, { repository: GITOPS, pullRequest: 1 });
  const review = await run.until('AwaitingHumanReview', 4);
  expect(review.state).toMatchObject({ reason: 'INVARIANT_FAILED' });
  expect(review.data.headMoved).toBe(true);
  await run.pass(90);
  expect(await states(approvals)).toEqual(['Withdrawn']);
  await expect(answer('approve')).rejects.toMatchObject({ name: 'Conflict' });
  expect((await explainRollback(run.deps, attempt.id)).next).toContain('somebody pushed to the pull request');
  const notify = { send: async () => {} };
  const event = { type: 'EscalationRaised', eventId: 'e', rollbackId: review.id, rev: review.rev };
  await escalateRollback({ ...run.deps, notify }, event);
  const said = run.world.forge.comments(GITOPS).join();
  expect(said).toContain('Somebody has pushed to the pull request');
  expect(said).not.toContain('APPROVE');
  run.world.forge.byPerson(GITOPS, 1, 'merged');
  await run.until('RollbackComplete');
  expect(merges(run)).toEqual([]);
  await run.close();
});

test('and it is noticed within a minute where the webhook was lost', async () => {
  const { run } = await waiting('AwaitingMerge');
  push(run);
  await run.until('AwaitingHumanReview', 70);
  await run.close();
});

test('a head that moves during a review takes its question back, once, and leaves the page due', async () => {
  const { run, attempt, approvals, answer } = await waiting('AwaitingHumanReview');
  expect(await states(approvals)).toEqual(['Open']);
  push(run);
  await expect(answer('approve')).rejects.toMatchObject({ name: 'Conflict' });
  await run.pass(200);
  const events = await run.events(attempt.id);
  expect(events.filter((event) => event === 'HeadMoved')).toHaveLength(1);
  expect(await states(approvals)).toEqual(['Withdrawn']);
  await run.pass(3_600);
  expect((await run.events(attempt.id)).at(-1)).toBe('Paged');
  await run.close();
});

test('only an uptime that nobody measured is offered to be overridden', async () => {
  const measured = await waiting('AwaitingMerge');
  expect((await measured.approvals())[0]?.data.overridable).toEqual(['I1', 'I3']);
  await expect(measured.answer('approve', { overrides: ['I5'] })).rejects.toMatchObject({
    name: 'InvalidInput',
  });
  await measured.run.close();
});
