import { createHmac } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../local/scenarios/attempt.ts';
import { handbookFolder } from '../support/handbook.ts';
import { freshWorld } from '../support/local-world.ts';

const folder = join(handbookFolder() ?? '/absent', 'payloads');
const bodyTest = test.skipIf(!existsSync(folder));
type Listed = { readonly items: readonly { readonly source: string; readonly kind: string }[] };

let world: Awaited<ReturnType<typeof freshWorld>>;
beforeAll(async () => {
  if (existsSync(folder)) world = await freshWorld();
}, 120_000);
afterAll(() => world?.end());

function payload(file: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(folder, file), 'utf8')).payload;
}

async function listed(routing: string): Promise<Listed['items']> {
  return ((await world.api('GET', `/v1/signals?routing=${routing}&limit=100`)) as Listed).items;
}

const EVENTS = {
  'cloudwatch alarm': 'aws-cw-cloudwatch-alarm-state-change-1.json',
  'ecs deployment': 'aws-ecs-ecs-deployment-state-change-11.json',
  'ecs service_action': 'aws-ecs-ecs-service-action-6.json',
  'codedeploy deployment': 'aws-codedeploy-deployment-event.json',
  'sagemaker endpoint': 'aws-sm-sagemaker-endpoint-state-change-4.json',
  'sagemaker endpoint_deployment': 'aws-sm-endpoint-deployment-state-change-1.json',
  'health issue': 'aws-health-ec2-drive-degraded-backup.json',
  'fis experiment': 'aws-fis-experiment-state-change.json',
};
/** On the same bus, and let in by no rule: the capacity of a cluster, and an alarm's configuration. */
const NOT_LET_IN = [
  'aws-ecs-ecs-service-action-4.json',
  'aws-cw-cloudwatch-alarm-configuration-change-5.json',
];

bodyTest(
  'every event of AWS that has a mapper comes through its rule to the table, and the others stay outside',
  async () => {
    const client = new EventBridgeClient({
      endpoint: world.cloud.aws,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    const entries = [...NOT_LET_IN, ...Object.values(EVENTS)].map(payload).map((sample) => ({
      Source: String(sample.source),
      DetailType: String(sample['detail-type']),
      Resources: sample.resources as string[],
      Detail: JSON.stringify(sample.detail),
      Time: new Date(),
    }));
    const sent = await client.send(new PutEventsCommand({ Entries: entries }));
    expect(sent.FailedEntryCount).toBe(0);
    const found = await until('the events', 30, async () => {
      const items = (await listed('unroutable')).map(({ source, kind }) => `${source} ${kind}`);
      return items.length >= Object.keys(EVENTS).length ? items : undefined;
    });
    expect(found.toSorted()).toEqual(Object.keys(EVENTS).toSorted());
  },
  90_000,
);

const hmac = (secret: string, text: string) => createHmac('sha256', secret).update(text).digest('hex');

bodyTest(
  'the sandbox lets grafana, slack, pagerduty and our own form in with the secrets it drew',
  async () => {
    const { secrets } = world;
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
    const post = async (source: string, body: string, headers: Record<string, string>) => {
      const answer = await fetch(`${world.cloud.api}/v1/webhooks/${source}`, {
        method: 'POST',
        headers,
        body,
      });
      return [answer.status, await answer.json()];
    };
    const accepted = expect.objectContaining({ duplicates: 0 });
    const grafana = JSON.stringify(payload('grafana-webhook-firing.json'));
    expect(await post('grafana', grafana, bearer(secrets.grafanaWebhook))).toEqual([202, accepted]);
    const generic = { id: 'p', status: 'info', title: 't', startsAt: new Date().toISOString() };
    expect(await post('generic', JSON.stringify(generic), bearer(secrets.genericWebhook))).toEqual([
      202,
      accepted,
    ]);
    const incident = JSON.stringify(payload('pagerduty-v3-go-test-body.json'));
    const signature = `v1=${hmac(secrets.pagerdutyWebhook, incident)}`;
    expect(await post('pagerduty', incident, { 'x-pagerduty-signature': signature })).toEqual([
      202,
      accepted,
    ]);
    const seconds = String(Math.floor(Date.now() / 1000));
    const clicked = `payload=${encodeURIComponent(JSON.stringify(payload('slack-block_actions-skeleton.json')))}`;
    const slack = {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': seconds,
      'x-slack-signature': `v0=${hmac(secrets.slackWebhook, `v0:${seconds}:${clicked}`)}`,
    };
    expect(await post('slack', clicked, slack)).toEqual([200, {}]);
    expect(await post('slack', clicked, { ...slack, 'x-slack-request-timestamp': '1' })).toEqual([
      401,
      expect.anything(),
    ]);
    const noticed = await until('the button', 20, async () => {
      const found = (await listed('noticed')).find(({ source }) => source === 'slack');
      return found;
    });
    expect(noticed.kind).toBe('block_actions');
  },
  60_000,
);
