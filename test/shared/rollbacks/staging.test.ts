import { expect, test } from 'vitest';
import { PULL_REQUEST_LABELS } from '../../../shared/rollbacks/contract.ts';
import { noticeForgeEvent } from '../../../shared/rollbacks/notice-forge-event.ts';
import { GITOPS, manifestPath, POINTER } from '../../support/memory-world.ts';
import { rollbackRun } from '../../support/rollback-run.ts';

const HAPPY = [
  'DegradationDetected',
  'CandidateResolved',
  'PullRequestOpened',
  'CiSucceeded',
  'MergeStarted',
  'InvariantsPassed',
  'HealthRestored',
];

test('W2: a degraded service in staging is rolled back to its last stable revision without a person', async () => {
  const run = await rollbackRun();
  run.degrade();
  run.sweepEveryMinute();
  const opened = await run.until('PullRequestOpen');
  run.checks('success');
  const done = await run.until('RollbackComplete');
  expect(done.id).toBe(opened.id);
  expect(await run.events(done.id)).toEqual(HAPPY);
  await run.pass(5);
  expect(await run.execution(done.id)).toMatchObject({ status: 'SUCCEEDED' });
  expect(run.world.forge.branches(GITOPS)).toEqual(['main']);
  const manifest = run.world.forge.fileAt(GITOPS, 'main', manifestPath('shop', 'staging')) ?? '';
  expect(run.world.manifest.read(manifest, POINTER)).toBe(run.revisions().at(-2));
  expect(manifest).toContain('# what runs');
  await run.close();
});

test('every task that is called again after its success decides and writes nothing more', async () => {
  const run = await rollbackRun({ twice: true });
  run.degrade();
  run.sweepEveryMinute();
  await run.until('PullRequestOpen');
  run.checks('success');
  const done = await run.until('RollbackComplete');
  expect(await run.events(done.id)).toEqual(HAPPY);
  expect(run.world.forge.writes.filter((write) => write.startsWith('merge'))).toHaveLength(1);
  await run.close();
});

test('W6: the search passes over red checks and 95 % uptime and takes the third ancestor', async () => {
  const run = await rollbackRun();
  const [, two = '', three = '', four = ''] = run.revisions();
  run.world.forge.setChecks('acme/shop', four, 'failure');
  run.world.uptimes.set(three, 0.95);
  run.degrade();
  // The delivery system has run each of them once: only then is there a window to measure.
  for (const sha of [two, three, four, run.revisions().at(-1) ?? '']) {
    run.world.deploy('shop', 'staging', sha);
    await run.deps.health.read({ service: 'shop', environment: 'staging', application: 'shop' });
    await run.pass(run.world.syncSeconds);
    await run.deps.health.read({ service: 'shop', environment: 'staging', application: 'shop' });
  }
  run.sweepEveryMinute();
  const attempt = await run.until('PullRequestOpen');
  expect(attempt.data.candidate).toMatchObject({ revision: two, uptime: '0.998' });
  await run.close();
});

test('mode observe decides everything, touches nothing and escalates to nobody', async () => {
  const run = await rollbackRun({ level: 'observe' });
  run.degrade();
  run.sweepEveryMinute();
  const ended = await run.until('Observed');
  expect(ended.data.candidate?.revision).toBe(run.revisions().at(-2));
  expect(run.world.forge.writes).toEqual([]);
  await run.pass(600);
  expect(await run.attempts()).toHaveLength(1);
  const [last] = (await run.store.decisions({ kind: 'rollback', id: ended.id })).slice(-1);
  expect(last?.envelope.events.map(({ type }) => type)).not.toContain('EscalationRaised');
  await run.close();
});

test('W9: five services at once are each rolled back to their own revision', async () => {
  const services = ['one', 'two', 'three', 'four', 'five'];
  const run = await rollbackRun({ services });
  for (const service of services) run.degrade(service);
  run.world.forge.firstChecks = 'success';
  run.sweepEveryMinute();
  await run.until('RollbackComplete');
  await run.pass(60);
  const attempts = await run.attempts();
  expect(attempts.map((each) => each.state.kind)).toEqual(services.map(() => 'RollbackComplete'));
  for (const each of attempts) {
    expect(run.revisions(each.service)).toContain(each.data.candidate?.revision);
    expect(await run.events(each.id)).toEqual(HAPPY);
  }
  await run.close();
});

test('production is never merged without a person', async () => {
  const run = await rollbackRun({ environment: 'production' });
  run.world.forge.firstChecks = 'success';
  run.degrade();
  run.sweepEveryMinute();
  await run.until('AwaitingMerge');
  await run.pass(700);
  expect((await run.attempts())[0]).toMatchObject({
    state: { kind: 'AwaitingMerge' },
    data: { mode: 'approve' },
  });
  expect(run.world.forge.writes.filter((write) => write.startsWith('merge'))).toEqual([]);
  await run.close();
});

test('autonomy raised meanwhile does not make an attempt merge that said it would not', async () => {
  const run = await rollbackRun({ level: 'suggest' });
  run.world.forge.firstChecks = 'success';
  run.degrade();
  run.sweepEveryMinute();
  await run.until('AwaitingMerge');
  await run.setLevel('auto');
  expect(await noticeForgeEvent(run.deps, { repository: GITOPS, pullRequest: 1 })).toBe(1);
  await run.pass(300);
  expect((await run.attempts())[0]?.state.kind).toBe('AwaitingMerge');
  await run.close();
});

test('autonomy lowered meanwhile stops a merge', async () => {
  const run = await rollbackRun();
  run.degrade();
  run.sweepEveryMinute();
  await run.until('PullRequestOpen');
  await run.setLevel('suggest');
  run.checks('success');
  const review = await run.until('AwaitingHumanReview', 900);
  expect(review.state).toMatchObject({ reason: 'MERGE_TIMEOUT' });
  await run.close();
});

/** An open pull request that looks like ours: same title, labels and base. */
async function lookalike(run: Awaited<ReturnType<typeof rollbackRun>>, text: (stable: string) => string) {
  const stable = run.revisions().at(-2) ?? '';
  const { forge } = run.world;
  await forge.createBranch(GITOPS, 'other', await forge.branchHead(GITOPS, 'main'));
  forge.commit(GITOPS, 'other', 'by somebody', { [manifestPath('shop', 'staging')]: text(stable) });
  const title = `Rollback: shop to ${stable.slice(0, 7)} (degraded in staging)`;
  const branches = { repository: GITOPS, headBranch: 'other', baseBranch: 'main' };
  const labels = [...PULL_REQUEST_LABELS, 'staging'];
  return forge.openPullRequest({ ...branches, title, body: 'older', labels });
}

test('W7: an open pull request with the very same change is reused and updated', async () => {
  const run = await rollbackRun();
  run.degrade();
  const broken = run.revisions().at(-1) ?? '';
  const present = run.world.forge.fileAt(GITOPS, 'main', manifestPath('shop', 'staging')) ?? '';
  const first = await lookalike(run, (stable) => present.replace(broken, stable));
  run.world.forge.firstChecks = 'success';
  run.sweepEveryMinute();
  const done = await run.until('RollbackComplete');
  expect(done.data.pullRequest?.number).toBe(first.number);
  expect(run.world.forge.pullRequests(GITOPS)).toHaveLength(1);
  expect(run.world.forge.pullRequests(GITOPS)[0]?.body).toContain(done.id);
  await run.close();
});

test('a pull request that only looks like ours is neither reused nor merged', async () => {
  const run = await rollbackRun();
  run.degrade();
  const first = await lookalike(run, (stable) => `spec: {source: {targetRevision: ${stable}}}\nextra: 1\n`);
  run.world.forge.firstChecks = 'success';
  run.sweepEveryMinute();
  const review = await run.until('AwaitingHumanReview');
  expect(review.data.pullRequest?.number).not.toBe(first.number);
  expect(review.state).toMatchObject({ reason: 'INVARIANT_FAILED' });
  expect(run.world.forge.writes.filter((write) => write.startsWith('merge'))).toEqual([]);
  await run.close();
});
