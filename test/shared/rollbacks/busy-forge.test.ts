import { expect, test } from 'vitest';
import { Fault } from '../../../shared/kernel/index.ts';
import { checkInvariantsOfRollback } from '../../../shared/rollbacks/index.ts';
import { eventCountOf, executionArn } from '../../local/states/harness.ts';
import { approving, knowPeople } from '../../support/approving.ts';
import { GITOPS } from '../../support/memory-world.ts';
import { type Run, rollbackRun } from '../../support/rollback-run.ts';

const DOWN = new Fault('Unavailable', 'GitHub is failing: 503 (PUT merge)');
const limited = (retryAfterSeconds: number) =>
  new Fault('RateLimited', `GitHub asks us to wait ${retryAfterSeconds} s: secondary rate limit`, {
    retryAfterSeconds,
  });
const merges = (run: Run) => run.world.forge.writes.filter((write) => write.startsWith('merge'));

/** One call is answered so for some seconds from its first time on; answers when it was asked, in seconds since that. */
function busy(run: Run, call: string, fault: Fault, seconds: number) {
  const asked: number[] = [];
  let since: number | undefined;
  run.world.forge.refuse = (name) => {
    if (name !== call) return undefined;
    since ??= Date.now();
    asked.push((Date.now() - since) / 1000);
    return Date.now() - since < seconds * 1000 ? fault : undefined;
  };
  return asked;
}

async function started(
  options: Parameters<typeof rollbackRun>[0] = {},
  checks: 'success' | 'pending' = 'success',
) {
  const run = await rollbackRun(options);
  run.world.forge.firstChecks = checks;
  await knowPeople(run, 'ada', 'grace');
  run.degrade();
  run.sweepEveryMinute();
  return { run, ...approving(run) };
}
const reasons = async (run: Run, id: string, event: string) =>
  (await run.store.decisions({ kind: 'rollback', id })).flatMap(({ envelope, decision }) =>
    envelope.event === event ? (decision?.reasons ?? []).map(({ text }) => text) : [],
  );

test('a bad minute of the forge at the merge is waited out: it merges once, without a person', async () => {
  const { run } = await started();
  const asked = busy(run, 'merge', DOWN, 60);
  const done = await run.until('RollbackComplete');
  expect(merges(run)).toHaveLength(1);
  const events = await run.events(done.id);
  expect(events.slice(4, 6)).toEqual(['MergeStarted', 'MergePostponed']);
  expect(events.slice(-2)).toEqual(['InvariantsPassed', 'HealthRestored']);
  expect(asked.length).toBe(events.filter((event) => event === 'MergePostponed').length + 1);
  // not a call more than one with each reading
  expect(asked.length).toBeLessThanOrEqual(8);
  await run.close();
});

test('a bad minute at the merge does not cost a person’s yes in production', async () => {
  const { run, approvals, answer } = await started({ environment: 'production' });
  await run.until('AwaitingMerge');
  await run.pass(1);
  busy(run, 'merge', DOWN, 60);
  await answer('approve');
  await run.pass(45);
  expect((await run.attempts())[0]?.state.kind).toBe('AwaitingMerge');
  expect((await approvals()).map(({ state }) => state)).toEqual(['Approved']);
  const done = await run.until('RollbackComplete');
  expect((await approvals()).map(({ state }) => state)).toEqual(['Used']);
  expect(done.data.merge?.approval).toBe((await approvals())[0]?.id);
  expect(merges(run)).toHaveLength(1);
  await run.close();
});

test('a limit at the merge is waited for until the time that it names, and not asked before', async () => {
  const { run } = await started();
  const asked = busy(run, 'merge', limited(150), 140);
  const done = await run.until('RollbackComplete');
  expect(asked).toEqual([0, expect.any(Number)]);
  expect(asked[1]).toBeGreaterThanOrEqual(150);
  expect(asked[1]).toBeLessThanOrEqual(170);
  expect((await reasons(run, done.id, 'MergePostponed')).join()).toMatch(
    /asked again from 2026-11-21T.*Z on: RateLimited: GitHub asks us to wait 150 s/,
  );
  await run.close();
});

test.each([1e15, Number.POSITIVE_INFINITY])(
  'a limit of %d s is waited for until the deadline',
  async (wait) => {
    const { run } = await started();
    busy(run, 'merge', limited(wait), Number.POSITIVE_INFINITY);
    const { id } = await run.until('DegradationDetected');
    for (let at = 0; at < 30 && !(await run.events(id)).includes('MergePostponed'); at += 1)
      await run.pass(10);
    const [waiting] = await run.attempts();
    expect(waiting?.data.mergePostponed?.until).toBe(waiting?.data.deadlineAt);
    await run.until('AwaitingHumanReview', 7200);
    expect(await run.events(id)).toContain('MergePostponed');
    await run.close();
  },
);

test('a merge whose answer was lost is found before it is asked for again', async () => {
  const { run, approvals, answer } = await started({ environment: 'production' });
  const { id } = await run.until('AwaitingMerge');
  await run.pass(1);
  run.world.forge.interrupt = (call) => {
    if (call === 'merge') throw DOWN;
  };
  await answer('approve');
  const merged = await run.until('RollbackMerged', 120);
  expect(merged.data.merge).toMatchObject({ byPerson: false, approval: (await approvals())[0]?.id });
  expect(merges(run)).toHaveLength(1);
  expect(await run.events(id)).toContain('MergePostponed');
  await run.close();
});

test('what cannot be looked for is not merged: the pull request is read first', async () => {
  const { run } = await started();
  const { id } = await run.until('DegradationDetected');
  let isMerging = false;
  run.world.forge.refuse = (call) => {
    isMerging ||= run.tasks.at(-1)?.task === 'MergeRollbackPullRequest';
    return isMerging && call === 'pullRequest' ? DOWN : undefined;
  };
  await run.pass(120);
  expect(merges(run)).toEqual([]);
  expect((await reasons(run, id, 'MergePostponed')).join()).toContain('Unavailable: GitHub is failing: 503');
  run.world.forge.refuse = () => undefined;
  await run.until('RollbackComplete');
  expect(merges(run)).toHaveLength(1);
  await run.close();
});

test('a forge that hangs is asked once in a look, so that the look ends before its time is up', async () => {
  const { run } = await started({ environment: 'production' });
  const { id } = await run.until('AwaitingMerge');
  const asked: string[] = [];
  run.world.forge.refuse = (call) => {
    asked.push(call);
    return DOWN;
  };
  const look = await checkInvariantsOfRollback(run.deps, { rollbackId: id, key: 'look' });
  expect(asked).toEqual(['pullRequest']);
  expect(look).toMatchObject({ state: 'AwaitingMerge', verdict: 'ask' });
  expect(look.unread).toMatch(/^pull-request could not be read: Unavailable: GitHub is failing: 503/);
  await run.close();
});

test('a forge that is down until the deadline: MERGE_TIMEOUT with its last word, and some thirty tries however long that is', async () => {
  const timings = { humanMergeWait: 3_600 };
  const { run, answer } = await started({ environment: 'production', timings });
  const { id } = await run.until('AwaitingMerge');
  await run.pass(1);
  const asked = busy(run, 'merge', DOWN, Number.POSITIVE_INFINITY);
  await answer('approve');
  await run.pass(3_500);
  const review = await run.until('AwaitingHumanReview', 200);
  expect(review.state).toMatchObject({ reason: 'MERGE_TIMEOUT' });
  expect((await reasons(run, id, 'MergeTimedOut'))[1]).toMatch(
    /gave no answer \(times: \d+, the last at .*\): Unavailable: GitHub is failing: 503/,
  );
  expect(asked.length).toBeLessThan(40);
  const { service } = run.machine.states;
  // a look a minute for four hours is within 5,000 (test/campaign/long-wait.test.ts); the tries add few
  expect(await eventCountOf(service, executionArn(id))).toBeLessThan(1_600);
  await run.close();
});

test.each(['readFile', 'createBranch', 'commitFile', 'openPullRequest'])(
  'a limit of a minute at %s is waited for, and the pull request is opened once',
  async (call) => {
    const { run } = await started({}, 'pending');
    const asked = busy(run, call, limited(60), 55);
    const opened = await run.until('PullRequestOpen', 400);
    expect(asked.slice(0, 2)).toEqual([0, expect.any(Number)]);
    expect(asked[1]).toBeGreaterThanOrEqual(60);
    expect(run.world.forge.pullRequests(GITOPS)).toHaveLength(1);
    expect(run.world.forge.branches(GITOPS)).toHaveLength(2);
    expect(await run.events(opened.id)).not.toContain('PullRequestFailed');
    await run.close();
  },
);

test('a limit that ends after the deadline goes to a person at once, with the forge’s words', async () => {
  const { run } = await started();
  const asked = busy(run, 'createBranch', limited(900), Number.POSITIVE_INFINITY);
  const review = await run.until('AwaitingHumanReview', 120);
  expect(review.state).toMatchObject({ reason: 'PR_FAILED' });
  expect((await reasons(run, review.id, 'PullRequestFailed')).join()).toContain('asks us to wait 900 s');
  expect(asked).toEqual([0]);
  await run.close();
});
