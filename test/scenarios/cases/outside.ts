import { createHmac } from 'node:crypto';
import { expect } from 'vitest';
import { pullRequestsOf } from '../../../local/scenarios/at-forge.ts';
import { attemptOf, decisionsOf, follow, until } from '../../../local/scenarios/attempt.ts';
import type { TestWorld } from '../../support/local-world.ts';
import { degraded, eventsOf, gitopsOf, QUIET } from './degraded.ts';

/** W11: while the forge fails, a pull request is tried 1 + 3 times; then a person is asked, who here says no. */
export async function forgeDown(world: TestWorld, isUp: () => void): Promise<void> {
  const { forge } = world.sandbox;
  forge.faults.inject({ operation: 'pulls/create', status: 503, message: 'Service Unavailable', times: 20 });
  try {
    await degraded(world, 'w11', 'auto');
    const { id } = await attemptOf(world, 'w11');
    const held = await follow(world, id, QUIET);
    expect(held.state).toMatchObject({ kind: 'AwaitingHumanReview', reason: 'PR_FAILED' });
    expect(forge.requests()['pulls/create']).toBe(4);
    expect(await pullRequestsOf(world, gitopsOf('w11'))).toEqual([]);
  } finally {
    forge.faults.clear();
    isUp();
  }
  const { id } = await attemptOf(world, 'w11');
  const verdict = { verdict: 'abort', reason: 'not tonight' };
  await world.api('POST', `/v1/rollbacks/${id}/review`, verdict, 'approver');
  const ended = await follow(world, id, QUIET, ['Aborted']);
  expect(ended.state.reason).toBe('ABORTED_BY_PERSON');
  const last = (await decisionsOf(world, id)).at(-1);
  expect(last).toMatchObject({ event: 'AbortRequested', actor: { type: 'person', id: 'dana' } });
}

/** W12: refused credentials end the attempt at once; its slot is held until an admin resets it. */
export async function forbidden(world: TestWorld): Promise<void> {
  const repository = gitopsOf('w12');
  const bot = { repository, login: 'holdfast[bot]' };
  const asked = { service: 'w12', environment: 'staging', reason: 'still degraded' };
  const denied = world.metric('permission_denied_total');
  await degraded(world, 'w12', 'auto');
  world.sandbox.forge.setRole({ ...bot, role: 'read' });
  const { id } = await attemptOf(world, 'w12');
  const ended = await follow(world, id, QUIET);
  expect(ended.state).toMatchObject({ kind: 'Aborted', reason: 'SECURITY' });
  expect((await eventsOf(world, id)).at(-1)).toBe('PullRequestFailed');
  expect(await pullRequestsOf(world, repository)).toEqual([]);
  await until('the security alarm to be fed', 60, async () =>
    world.metric('permission_denied_total') > denied ? true : undefined,
  );
  expect(await world.api('POST', '/v1/rollbacks', asked, 'operator')).toEqual({ id, opened: false });
  world.sandbox.forge.setRole({ ...bot, role: 'admin' });
  await world.api('POST', `/v1/rollbacks/${id}/reset`, { reason: 'the token was replaced' });
  const next = (await world.api('POST', '/v1/rollbacks', asked, 'operator')) as { id: string };
  expect(next.id).not.toBe(id);
  expect((await follow(world, next.id, QUIET)).state.kind).toBe('RollbackComplete');
  expect((await follow(world, id, QUIET)).state).toMatchObject({ kind: 'Aborted', reason: 'SECURITY' });
}

/** W16: a forged signature is answered 401, counted and logged, and nothing of it is stored. */
export async function forged(world: TestWorld): Promise<void> {
  const before = world.metric('webhook_signature_failures_total');
  const mark = 'forged-by-mallory';
  const body = JSON.stringify({ action: 'completed', mark });
  const signature = createHmac('sha256', 'not the secret').update(body).digest('hex');
  const answer = await fetch(`${world.cloud.api}/v1/webhooks/github`, {
    method: 'POST',
    headers: {
      'x-github-event': 'check_suite',
      'x-github-delivery': mark,
      'x-hub-signature-256': `sha256=${signature}`,
    },
    body,
  });
  expect(answer.status).toBe(401);
  const correlation = answer.headers.get('x-correlation-id') ?? 'none';
  const line = await until('the log line', 60, async () =>
    world
      .logText()
      .split('\n')
      .find((each) => each.includes(correlation) && each.includes('refused')),
  );
  expect(line).toContain('Unauthenticated');
  expect(world.metric('webhook_signature_failures_total')).toBe(before + 1);
  expect(world.logText()).not.toContain(mark);
  for (const routing of ['new', 'routed', 'unroutable']) {
    const signals = await world.api('GET', `/v1/signals?routing=${routing}&limit=100`);
    expect(JSON.stringify(signals)).not.toContain(mark);
  }
}
