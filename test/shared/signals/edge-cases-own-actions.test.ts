import { describe, expect, test } from 'vitest';
import { alert, alertGroup, checkRunBody, SHA } from './bodies.ts';
import { door } from './door.ts';

const ATTEMPT = 'rbk_01JD0000000000000000000000';
const github = (event: string, delivery = event) => ({
  'x-github-event': event,
  'x-github-delivery': delivery,
});

function deploymentStatus(change: Readonly<Record<string, unknown>> = {}) {
  return {
    repository: { full_name: 'acme/shop' },
    sender: { login: 'dana' },
    deployment: { id: 1, sha: SHA, environment: 'staging', ref: 'main', creator: { login: 'dana' } },
    deployment_status: { state: 'failure', created_at: '2026-11-21T09:59:00Z' },
    ...change,
  };
}

describe('12 our own actions', () => {
  const DEPLOYED = { source: 'github', match: { repository: 'acme/shop' } };
  const deployment = (change: object) => ({ deployment: { ...deploymentStatus().deployment, ...change } });

  test('12 a failed deployment of somebody opens', async () => {
    const { deliver, route, opened } = await door(DEPLOYED);
    await deliver('github', deploymentStatus(), github('deployment_status'));
    await route();
    expect(opened).toHaveLength(1);
  });

  test.each([
    ['of our branch', deployment({ ref: 'rollback/shop-staging-aaaaaaa' })],
    ['made by our App', deployment({ creator: { login: 'holdfast-acme[bot]' } })],
    ['sent off by our App', { sender: { login: 'holdfast[bot]' } }],
  ])('12 a failed deployment %s is noticed and opens nothing', async (_, change) => {
    const { deliver, route, opened, signals } = await door(DEPLOYED);
    await deliver('github', deploymentStatus(change), github('deployment_status'));
    expect(await route()).toMatchObject([{ routing: 'noticed', service: 'shop' }]);
    expect(signals.all()[0]?.flags).toEqual(['own']);
    expect(opened).toEqual([]);
  });

  test('12 a person whose login only resembles ours, and a branch that only holds the word, are not ours', async () => {
    const { deliver, route, opened } = await door(DEPLOYED);
    const change = { ...deployment({ ref: 'feature/rollback/x' }), sender: { login: 'holdfast' } };
    await deliver('github', deploymentStatus(change), github('deployment_status'));
    await route();
    expect(opened).toHaveLength(1);
  });

  test('12 an alert that carries the id of an attempt is attached to it', async () => {
    const { deliver, route, opened } = await door({ source: 'alertmanager', match: { job: 'shop' } });
    const labels = { alertname: 'WeightMoved', job: 'shop', holdfast_correlation: ATTEMPT };
    await deliver('alertmanager', alertGroup(alert({ labels })));
    expect(await route()).toMatchObject([{ routing: 'noticed', rollbackId: ATTEMPT }]);
    expect(opened).toEqual([]);
  });

  test("12 somebody else's correlation id says nothing", async () => {
    const { deliver, route, opened } = await door({ source: 'alertmanager', match: { job: 'shop' } });
    const labels = { alertname: 'Errors', job: 'shop', correlationId: '6f1c-request' };
    await deliver('alertmanager', alertGroup(alert({ labels })));
    await route();
    expect(opened).toHaveLength(1);
  });

  const pull = {
    action: 'opened',
    number: 7,
    repository: { full_name: 'acme/gitops' },
    sender: { login: 'holdfast[bot]' },
    pull_request: { head: { ref: 'rollback/shop-staging-aaaaaaa', sha: SHA }, base: { ref: 'main' } },
  };
  const push = { ref: 'refs/heads/rollback/shop-x', after: SHA, repository: { full_name: 'acme/gitops' } };
  test.each([
    ['push', push],
    ['pull_request', pull],
    ['check_run', checkRunBody('failure')],
  ])('12 the %s of our own pull request wakes who waits for it and opens nothing', async (event, body) => {
    const { deliver, route, opened, noticed } = await door({
      source: 'github',
      match: { repository: 'acme/gitops' },
    });
    await deliver('github', body, github(event));
    expect(await route()).toMatchObject([{ routing: 'noticed' }]);
    expect([noticed.length, opened.length]).toEqual([1, 0]);
  });
});
