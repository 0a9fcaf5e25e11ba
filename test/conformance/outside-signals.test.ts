import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { replayOverApi } from '../../cli/commands/ledger-replay.ts';
import { verifyOverApi } from '../../cli/commands/ledger-verify.ts';
import { api } from '../../cli/http.ts';
import { attemptOf, decisionsOf, follow, type Rollback, until } from '../../local/scenarios/attempt.ts';
import { deploy } from '../../local/scenarios/prepare.ts';
import { handbookFolder } from '../support/handbook.ts';
import { freshWorld } from '../support/local-world.ts';

const PAYLOADS = join(handbookFolder() ?? '/absent', 'payloads');
const quiet = { note: () => {}, step: () => {} };
type World = Awaited<ReturnType<typeof freshWorld>>;

/** Registers a sandbox service with selectors of its own, at autonomy auto. */
async function prepare(world: World, name: string, selectors: readonly unknown[]): Promise<void> {
  await world.sandbox.addService({ name, environment: 'staging' });
  const application = `${name}-staging`;
  await world.api('PUT', `/v1/services/${name}`, {
    tier: 2,
    owners: ['dana'],
    repository: `acme/${name}`,
    environments: {
      staging: {
        platform: 'argocd',
        application,
        manifest: {
          repository: 'acme/gitops',
          branch: 'main',
          path: `apps/${name}/staging.yaml`,
          pointer: '/spec/source/targetRevision',
        },
      },
    },
    selectors,
  });
  await world.api('PUT', '/v1/autonomy', {
    service: name,
    environment: 'staging',
    action: 'rollback',
    level: 'auto',
  });
  await until(`${name} to be Healthy`, 30, async () =>
    world.sandbox.deployer.snapshot(application)?.health.status === 'Healthy' ? true : undefined,
  );
}

function payload(file: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(PAYLOADS, file), 'utf8')).payload;
}

function post(world: World, source: string, token: string, body: unknown): Promise<Response> {
  return fetch(`${world.cloud.api}/v1/webhooks/${source}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
}

async function attempts(world: World, service: string): Promise<readonly Rollback[]> {
  return ((await world.api('GET', `/v1/rollbacks?service=${service}`)) as { items: Rollback[] }).items;
}

/** Side by side: most of their time is waiting. */
const bodyTest = existsSync(PAYLOADS) ? test.concurrent : test.concurrent.skip;
let world: World;
beforeAll(async () => {
  if (existsSync(PAYLOADS)) world = await freshWorld();
}, 120_000);
afterAll(() => world?.end());

bodyTest(
  'an argocd body opens one attempt, which ends as transient while the deployer reports Healthy',
  async () => {
    await prepare(world, 'orders', [
      { source: 'argocd', environment: 'staging', match: { app: 'orders-of-argocd' } },
    ]);
    const now = new Date().toISOString();
    const body = {
      schema: 'argocd.v1',
      trigger: 'on-health-degraded',
      app: 'orders-of-argocd',
      namespace: 'argocd',
      project: 'default',
      health: { status: 'Degraded', lastTransitionTime: now },
      sync: { status: 'Synced', revision: 'a'.repeat(40) },
      operationState: { phase: 'Succeeded', syncResult: { revision: 'a'.repeat(40) } },
      history: null,
      labels: null,
      conditions: null,
      argocdUrl: 'https://argocd.example.com',
    };
    const answer = await post(world, 'argocd', world.secrets.argocdWebhook, body);
    expect(answer.status).toBe(202);
    expect(await answer.json()).toMatchObject({ accepted: 1, duplicates: 0 });
    const again = await post(world, 'argocd', world.secrets.argocdWebhook, body);
    expect(await again.json()).toMatchObject({ accepted: 0, duplicates: 1 });
    const { id } = await attemptOf(world, 'orders');
    const ended = await follow(world, id, quiet);
    expect(ended.state).toMatchObject({ kind: 'SelfHealed', reason: 'TRANSIENT' });
    expect(await attempts(world, 'orders')).toHaveLength(1);
  },
  150_000,
);

bodyTest(
  'the Alertmanager sample opens one attempt, confirmed because the deployer reports Degraded',
  async () => {
    await prepare(world, 'probe', [
      {
        source: 'alertmanager',
        environment: 'staging',
        match: { alertname: 'ProbeFailure', job: 'http_checks' },
      },
    ]);
    await deploy(world, 'probe', 'crashing', 'Join replica 0 at the start');
    const sample = payload('alertmanager-v4-firing.json');
    const alerts = (sample.alerts as Record<string, unknown>[]).map((alert) => ({
      ...alert,
      startsAt: new Date().toISOString(),
    }));
    expect(
      (await post(world, 'alertmanager', world.secrets.alertmanagerWebhook, { ...sample, alerts })).status,
    ).toBe(202);
    const { id } = await attemptOf(world, 'probe');
    const ended = await follow(world, id, quiet);
    expect(ended.times.confirmed).toBeDefined();
    expect(await attempts(world, 'probe')).toHaveLength(1);
  },
  150_000,
);

bodyTest(
  'the CloudWatch sample on the default bus opens one attempt, whose decisions are listed, explained, replayed and verified',
  async () => {
    await prepare(world, 'cpu', [
      { source: 'cloudwatch', environment: 'staging', match: { alarmName: 'ServerCpuTooHigh' } },
    ]);
    const sample = payload('aws-cw-cloudwatch-alarm-state-change-1.json');
    const detail = sample.detail as Record<string, Record<string, unknown>>;
    const moved = {
      ...detail,
      state: { ...detail.state, timestamp: new Date().toISOString().replace('Z', '+0000') },
    };
    const client = new EventBridgeClient({
      endpoint: world.cloud.aws,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    const entry = {
      Source: String(sample.source),
      DetailType: String(sample['detail-type']),
      Resources: sample.resources as string[],
      Detail: JSON.stringify(moved),
      Time: new Date(),
    };
    const { FailedEntryCount } = await client.send(new PutEventsCommand({ Entries: [entry] }));
    expect(FailedEntryCount).toBe(0);
    const { id } = await attemptOf(world, 'cpu');
    const ended = await follow(world, id, quiet);
    expect(ended.state).toMatchObject({ kind: 'SelfHealed', reason: 'TRANSIENT' });
    expect(await attempts(world, 'cpu')).toHaveLength(1);
    expect((await decisionsOf(world, id)).map((decision) => decision.rev)).toEqual([1, 2]);
    const explained = (await world.api('GET', `/v1/rollbacks/${id}/explain`)) as { summary: string };
    expect(explained.summary).toContain('ServerCpuTooHigh');
    const call = api({ api: world.cloud.api, token: world.token('viewer') });
    expect((await verifyOverApi(call, true)).verification.kind).toBe('sound');
    expect(await replayOverApi(call, { kind: 'rollback', id })).toMatchObject({
      decisions: 2,
      identical: 2,
      findings: [],
    });
  },
  150_000,
);

bodyTest('a forged body is refused with 401 and leaves no signal', async () => {
  const answer = await post(world, 'alertmanager', 'not-the-token', payload('alertmanager-v4-firing.json'));
  expect(answer.status).toBe(401);
});

bodyTest(
  'a signal of nobody is listed as unroutable with the selector that would route it',
  async () => {
    const sample = payload('alertmanager-v4-firing.json');
    const alerts = (sample.alerts as Record<string, unknown>[]).map((alert) => ({
      ...alert,
      fingerprint: 'f'.repeat(16),
      labels: { alertname: 'Nobody', job: 'none' },
      startsAt: new Date().toISOString(),
    }));
    await post(world, 'alertmanager', world.secrets.alertmanagerWebhook, { ...sample, alerts });
    const found = await until('the unroutable signal', 20, async () => {
      const page = (await world.api('GET', '/v1/signals?unroutable=true')) as {
        items: { labels: Record<string, string>; suggestedSelector?: unknown }[];
      };
      return page.items.find((signal) => signal.labels.alertname === 'Nobody');
    });
    expect(found.suggestedSelector).toMatchObject({ source: 'alertmanager' });
  },
  60_000,
);
