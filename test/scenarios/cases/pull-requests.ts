import { expect } from 'vitest';
import { atForge, commentsOn, pullRequestAt, pullRequestsOf } from '../../../local/scenarios/at-forge.ts';
import { attemptOf, attemptsOf, decisionsOf, follow, until } from '../../../local/scenarios/attempt.ts';
import { deployAndMeasure, healthyOn, prepareService } from '../../../local/scenarios/prepare.ts';
import type { World } from '../../../local/world.ts';
import type { TestWorld } from '../../support/local-world.ts';
import { afterSweeps, degraded, gitopsOf, QUIET } from './degraded.ts';

const BOT = 'holdfast[bot]';
const REVISION = /(targetRevision: )[0-9a-f]{40}/;

/** W1: people promote a revision by a pull request of theirs, with a review; it is none of our business. */
export async function promotion(world: TestWorld): Promise<void> {
  const { forge } = world.sandbox;
  const repository = gitopsOf('w1');
  await prepareService(world, 'w1', 'auto', { gitops: repository, replicas: 1 });
  const revision = await world.sandbox.release('w1', 'good', 'Ship sooner', 'dana');
  const path = 'apps/w1/staging.yaml';
  const edited = (await manifest(world, repository, path)).replace(REVISION, `$1${revision}`);
  await forge.commit(repository, 'promote', { [path]: edited }, 'Promote w1', 'dana');
  const opened = { title: 'Promote w1', head: 'promote', base: 'main' };
  const { number } = (await atForge(world, 'dana', 'POST', `${repository}/pulls`, opened)) as {
    number: number;
  };
  await forge.review({ repository, number, login: 'lee', state: 'APPROVED' });
  await forge.mergePull({ repository, number, login: 'lee' });
  await healthyOn(world, 'w1', revision);
  await afterSweeps(world);
  expect(await attemptsOf(world, 'w1')).toEqual([]);
  expect(await commentsOn(world, { repository, number })).toEqual([]);
  expect((await pullRequestsOf(world, repository)).map(({ user }) => user.login)).toEqual(['dana']);
}

/** W7: an open rollback pull request of ours is used again. W15: what is delivered twice starts nothing twice. */
export async function reusedAndReplayed(world: TestWorld): Promise<void> {
  const { forge } = world.sandbox;
  const repository = gitopsOf('w7');
  const number = await leftOpen(world, 'w7', repository);
  const degradedAt = new Date().toISOString();
  const told = await Promise.all([1, 2, 3].map(() => tellDegraded(world, 'w7', degradedAt)));
  expect(told.filter(({ accepted }) => accepted === 1)).toHaveLength(1);
  const { id } = await attemptOf(world, 'w7');
  const ended = await follow(world, id, QUIET);
  expect(ended.state.kind).toBe('RollbackComplete');
  expect(ended.pullRequest?.number).toBe(number);
  const decisions = await decisionsOf(world, id);
  const codes = decisions.flatMap(({ reasons }) => reasons.map(({ code }) => code));
  expect(codes).toContain('PULL_REQUEST_REUSED');
  expect((await pullRequestAt(world, { repository, number })).body).toContain(id);

  await forge.idle();
  const deliveries = forge.deliveries().filter(({ body }) => body.includes(repository));
  expect(new Set(deliveries.map(({ event }) => event))).toContain('check_suite');
  for (const { id: delivery } of deliveries) await forge.redeliver(delivery);
  expect(await tellDegraded(world, 'w7', degradedAt)).toEqual({ accepted: 0, duplicates: 1 });
  await afterSweeps(world);
  expect(await decisionsOf(world, id)).toEqual(decisions);
  expect(await attemptsOf(world, 'w7')).toHaveLength(1);
  expect(await pullRequestsOf(world, repository)).toHaveLength(1);
}

/** What Argo CD's notification says, word for word the same each time. */
async function tellDegraded(world: World, service: string, since: string) {
  const body = {
    ...{ schema: 'argocd.v1', trigger: 'on-health-degraded', app: `${service}-staging`, namespace: 'argocd' },
    health: { status: 'Degraded', lastTransitionTime: since },
  };
  const answer = await fetch(`${world.cloud.api}/v1/webhooks/argocd`, {
    method: 'POST',
    headers: { authorization: `Bearer ${world.secrets.argocdWebhook}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const { accepted, duplicates } = (await answer.json()) as { accepted: number; duplicates: number };
  return { accepted, duplicates };
}

/** A service that is degraded, and the pull request that an earlier attempt would have left open. */
async function leftOpen(world: World, service: string, repository: string): Promise<number> {
  const { forge } = world.sandbox;
  await prepareService(world, service, 'auto', { gitops: repository, replicas: 2 });
  const stable = await deployAndMeasure(world, service, 'good', 'Round the total to cents');
  const path = `apps/${service}/staging.yaml`;
  const crashing = await world.sandbox.release(service, 'crashing', 'Join replica 0 at the start', 'dana');
  const now = await manifest(world, repository, path);
  await world.sandbox.promote(service, 'staging', crashing, 'dana');
  const title = `Rollback: ${service} to ${stable.slice(0, 7)} (degraded in staging)`;
  const head = `rollback/${service}-staging-${stable.slice(0, 7)}`;
  await forge.commit(repository, head, { [path]: now.replace(REVISION, `$1${stable}`) }, title, BOT);
  const body = 'Opened by an attempt that is long gone.';
  const opened = { title, head, base: 'main', body };
  const { number } = (await atForge(world, BOT, 'POST', `${repository}/pulls`, opened)) as { number: number };
  const labels = { labels: ['holdfast', 'rollback', 'staging'] };
  await atForge(world, BOT, 'POST', `${repository}/issues/${number}/labels`, labels);
  return number;
}

/** The kill switch ends an attempt in the middle; its pull request is left to people. It stops every other attempt as well. */
export async function killSwitch(world: TestWorld, othersEnded: () => Promise<unknown>): Promise<void> {
  await degraded(world, 'stopped', 'suggest');
  const { id } = await attemptOf(world, 'stopped');
  const proposed = await follow(world, id, QUIET, ['AwaitingMerge', 'AwaitingHumanReview', 'Aborted']);
  expect(proposed.state.kind).toBe('AwaitingMerge');
  const at = { repository: gitopsOf('stopped'), number: proposed.pullRequest?.number ?? 0 };
  await othersEnded();
  await world.api('PUT', '/v1/kill-switch', { on: true, reason: 'a drill' }, 'operator');
  const ended = await follow(world, id, QUIET, ['Aborted']);
  expect(ended.state.reason).toBe('KILL_SWITCH');
  const told = await until('the farewell', 60, async () => {
    const comments = (await commentsOn(world, at)).filter(({ body }) => body.includes('kill switch is on'));
    return comments.length > 0 ? comments : undefined;
  });
  expect(told).toHaveLength(1);
  expect(await pullRequestAt(world, at)).toMatchObject({ state: 'open', merged: false });
}

async function manifest(world: World, repository: string, path: string): Promise<string> {
  const file = await atForge(world, BOT, 'GET', `${repository}/contents/${path}?ref=main`);
  return Buffer.from((file as { content: string }).content, 'base64').toString('utf8');
}
