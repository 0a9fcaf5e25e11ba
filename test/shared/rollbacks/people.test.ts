import { expect, test } from 'vitest';
import { Fault } from '../../../shared/kernel/index.ts';
import { reviewRollback } from '../../../shared/rollbacks/index.ts';
import { noticeForgeEvent } from '../../../shared/rollbacks/notice-forge-event.ts';
import { GITOPS } from '../../support/memory-world.ts';
import { type Run, rollbackRun } from '../../support/rollback-run.ts';

async function suggested(timings?: Parameters<typeof rollbackRun>[0]) {
  const run = await rollbackRun({ level: 'suggest', ...timings });
  run.world.forge.firstChecks = 'success';
  run.degrade();
  run.sweepEveryMinute();
  const attempt = await run.until('AwaitingMerge');
  return { run, attempt };
}

const merges = (run: Run) => run.world.forge.writes.filter((write) => write.startsWith('merge'));

test('W14: mode suggest waits; a person merges; the recovery is watched to its end', async () => {
  const { run, attempt } = await suggested();
  await run.pass(1300);
  expect((await run.attempts())[0]?.state.kind).toBe('AwaitingMerge');
  run.world.forge.byPerson(GITOPS, 1, 'merged');
  const done = await run.until('RollbackComplete');
  expect(done.id).toBe(attempt.id);
  expect(done.data.merge).toMatchObject({ byPerson: true });
  expect(await run.events(done.id)).toContain('PullRequestMergedByHuman');
  expect(merges(run)).toEqual([]);
  await run.close();
});

test.each([
  ['PullRequestOpen', 'pending'],
  ['AwaitingMerge', 'success'],
  ['AwaitingHumanReview', 'failure'],
] as const)('a pull request that a person closes in %s ends the attempt', async (state, checks) => {
  const run = await rollbackRun({ level: 'suggest' });
  run.world.forge.firstChecks = checks;
  run.degrade();
  run.sweepEveryMinute();
  await run.until(state);
  run.world.forge.byPerson(GITOPS, 1, 'closed');
  const ended = await run.until('Aborted', 60);
  expect(ended.state).toMatchObject({ reason: 'PR_CLOSED' });
  expect(await run.store.lockHolder('SLOT#shop#staging')).toBeUndefined();
  await run.close();
});

test("the forge's event wakes what waits for it at once, and is no proof of itself", async () => {
  const { run } = await suggested();
  const event = { repository: GITOPS, pullRequest: 1 };
  expect(await noticeForgeEvent(run.deps, event)).toBe(1);
  await run.pass(1);
  expect((await run.attempts())[0]?.state.kind).toBe('AwaitingMerge');
  run.world.forge.byPerson(GITOPS, 1, 'closed');
  await noticeForgeEvent(run.deps, event);
  await noticeForgeEvent(run.deps, event);
  await run.until('Aborted', 2);
  expect(await noticeForgeEvent(run.deps, event)).toBe(0);
  await run.close();
});

test.each([
  ['DegradationDetected', 'pending'],
  ['PullRequestOpen', 'pending'],
  ['AwaitingMerge', 'success'],
  ['AwaitingHumanReview', 'failure'],
] as const)(
  'the kill switch ends an attempt in %s and leaves the pull request to people',
  async (state, checks) => {
    const run = await rollbackRun({ level: 'suggest' });
    run.world.forge.firstChecks = checks;
    run.degrade();
    run.sweepEveryMinute();
    await run.until(state);
    await run.killSwitch(true);
    const ended = await run.until('Aborted', 60);
    expect(ended.state).toMatchObject({ reason: 'KILL_SWITCH' });
    await run.pass(1);
    if (state !== 'DegradationDetected') {
      expect(run.world.forge.pullRequests(GITOPS)[0]?.state).toBe('open');
      expect(run.world.forge.comments(GITOPS).join()).toContain('kill switch');
    }
    await run.close();
  },
);

test('the kill switch ends an attempt also while health cannot be read', async () => {
  const { run } = await suggested();
  run.world.unreadable = () => new Fault('Unavailable', 'down');
  await run.killSwitch(true);
  await run.until('Aborted', 90);
  await run.close();
});

test('the kill switch does not end an attempt after its merge', async () => {
  const run = await rollbackRun();
  run.world.forge.firstChecks = 'success';
  run.degrade();
  run.sweepEveryMinute();
  await run.until('RollbackMerged');
  await run.killSwitch(true);
  await run.until('RollbackComplete');
  await run.close();
});

async function inReview() {
  const run = await rollbackRun({ timings: { reviewWait: 300 } });
  run.world.forge.firstChecks = 'failure';
  run.degrade();
  run.sweepEveryMinute();
  const attempt = await run.until('AwaitingHumanReview');
  const review = (verdict: 'abort' | 'manual', person: string | undefined) =>
    reviewRollback(run.deps, {
      ...{ rollbackId: attempt.id, verdict, person, reason: 'looked at it', via: 'api' as const },
    });
  return { run, attempt, review };
}

test.each([
  ['abort', 'AbortRequested', 'ABORTED_BY_PERSON'],
  ['manual', 'ManualTakeover', 'MANUAL_TAKEOVER'],
] as const)('a person ends a review with %s, once', async (verdict, event, reason) => {
  const { run, attempt, review } = await inReview();
  const ended = await review(verdict, 'ada');
  expect(ended.state).toEqual({ kind: 'Aborted', reason });
  expect(await review(verdict, 'ada')).toMatchObject({ rev: ended.rev });
  await run.pass(2);
  expect(await run.execution(attempt.id)).toMatchObject({
    status: 'SUCCEEDED',
    output: { state: 'Aborted' },
  });
  const [last] = (await run.store.decisions({ kind: 'rollback', id: attempt.id })).slice(-1);
  expect(last?.decision).toMatchObject({ event, actor: { type: 'person', id: 'ada' } });
  expect(run.world.forge.pullRequests(GITOPS)[0]?.state).toBe(verdict === 'abort' ? 'closed' : 'open');
  await run.close();
});

test('an identity that maps to nobody may not review, and decides nothing', async () => {
  const { run, attempt, review } = await inReview();
  await expect(review('abort', undefined)).rejects.toMatchObject({ name: 'Forbidden' });
  expect((await run.attempts())[0]?.rev).toBe(attempt.rev);
  await run.close();
});

test('an attempt that awaits no person cannot be reviewed, and the refusal is one decision however often it is asked', async () => {
  const run = await rollbackRun({ level: 'suggest' });
  run.degrade();
  run.sweepEveryMinute();
  const attempt = await run.until('PullRequestOpen');
  const word = { rollbackId: attempt.id, verdict: 'abort', person: 'ada', reason: 'no', via: 'api' } as const;
  for (let times = 0; times < 3; times += 1) {
    await expect(reviewRollback(run.deps, word)).rejects.toMatchObject({ name: 'Conflict' });
  }
  const steps = await run.store.decisions({ kind: 'rollback', id: attempt.id });
  expect(steps).toHaveLength(attempt.rev + 1);
  expect(steps.at(-1)?.decision).toMatchObject({
    from: 'PullRequestOpen',
    to: 'PullRequestOpen',
    outcome: { refused: 'AbortRequested' },
  });
  await run.close();
});

test("a review ends at the service's own deadline, told at the pull request", async () => {
  const { run, attempt } = await inReview();
  const ended = await run.until('Aborted', 320);
  expect(ended.state).toMatchObject({ reason: 'REVIEW_TIMEOUT' });
  expect(attempt.data.overrides).toEqual({ reviewWait: 300 });
  await run.pass(1);
  expect(run.world.forge.comments(GITOPS).join()).toContain('REVIEW_TIMEOUT');
  await run.close();
});

test.each([
  ['abort', 'closed'],
  ['manual', 'open'],
] as const)(
  'the same %s of the same person again succeeds and wakes a workflow that missed the first',
  async (verdict, pull) => {
    const { run, attempt } = await suggested();
    const end = (person: string, workflow = run.deps.workflow) =>
      reviewRollback(
        { ...run.deps, workflow },
        { rollbackId: attempt.id, verdict, reason: 'enough', person, via: 'api' },
      );
    const lost = { ...run.deps.workflow, wake: () => Promise.reject(new Fault('Unavailable', 'down')) };
    await expect(end('ada', lost)).rejects.toMatchObject({ name: 'Unavailable' });
    expect((await run.attempts())[0]?.state.kind).toBe('Aborted');
    await run.pass(5);
    expect(run.world.forge.comments(GITOPS)).toEqual([]);
    await expect(end('grace')).rejects.toMatchObject({ name: 'Conflict' });
    expect((await end('ada')).state.kind).toBe('Aborted');
    await run.pass(5);
    expect(run.world.forge.comments(GITOPS)).toHaveLength(1);
    expect(run.world.forge.pullRequests(GITOPS)[0]?.state).toBe(pull);
    expect(await run.execution(attempt.id)).toMatchObject({ status: 'SUCCEEDED' });
    const ends = (await run.events(attempt.id)).filter((event) =>
      /AbortRequested|ManualTakeover/.test(event),
    );
    // the end, and that grace was refused
    expect(ends).toHaveLength(2);
    await run.close();
  },
);
