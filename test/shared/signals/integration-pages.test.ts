import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { LATE_AFTER_SECONDS, WEBHOOK_LIMITS, WEBHOOK_SOURCES } from '../../../shared/signals/contract.ts';
import { argocdBody, SHA } from './bodies.ts';
import { only } from './mapping.ts';

const page = (name: string) => readFileSync(`docs/integrations/${name}.md`, 'utf8');

function blocks(name: string, language: string): readonly string[] {
  const found = page(name).matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'));
  return [...found].map((each) => each[1] ?? '');
}

const Texts = z.record(z.string(), z.string());
const Triggers = z.array(
  z.strictObject({ when: z.string(), oncePer: z.string(), send: z.array(z.string()) }),
);
const Template = z.object({
  webhook: z.object({ holdfast: z.object({ method: z.string(), path: z.string(), body: z.string() }) }),
});

/** The application as a template of Argo CD's notifications sees it. */
const SEEN = {
  app: {
    metadata: { name: 'shop-staging', namespace: 'argocd', labels: { team: 'shop' } },
    spec: { project: 'default' },
    status: {
      health: { status: 'Degraded', lastTransitionTime: '2026-11-21T09:59:00Z', message: 'said "no"' },
      sync: { status: 'Synced', revision: SHA },
      operationState: { phase: 'Succeeded', syncResult: { revision: SHA } },
      history: [],
      conditions: undefined,
    },
  },
  context: { argocdUrl: 'https://argocd.example.test' },
};

/** What Go's template would write: `toJson` is all that ours use, and nothing is `null`. */
function rendered(body: string): string {
  return body.replaceAll(/{{toJson \.([\w.]+)}}/g, (_, path: string) => {
    const value = path
      .split('.')
      .reduce<unknown>((at, name) => (at as Record<string, unknown>)?.[name], SEEN);
    return JSON.stringify(value ?? null);
  });
}

describe('the notifications of Argo CD', () => {
  const config = Texts.parse(parse(blocks('argocd', 'yaml')[0] ?? ''));
  const triggers = Object.entries(config).filter(([name]) => name.startsWith('trigger.'));

  test('there is a trigger for degradation, recovery and a failed sync, each sent for every occasion', () => {
    const once = triggers.map(([name, text]) => [name, Triggers.parse(parse(text))[0]?.oncePer]);
    expect(Object.fromEntries(once)).toEqual({
      'trigger.on-holdfast-degraded': 'app.status.health.lastTransitionTime',
      'trigger.on-holdfast-recovered': 'app.status.health.lastTransitionTime',
      'trigger.on-holdfast-sync-failed': 'app.status.operationState.finishedAt',
    });
  });

  test.each(triggers)('%s sends a template that is there, to the address of the webhook', (_, text) => {
    for (const name of Triggers.parse(parse(text)).flatMap((trigger) => trigger.send)) {
      const { holdfast } = Template.parse(parse(config[`template.${name}`] ?? '')).webhook;
      expect([holdfast.method, holdfast.path]).toEqual(['POST', '/v1/webhooks/argocd']);
    }
  });

  test.each([
    ['degraded', 'on-health-degraded'],
    ['recovered', 'on-health-recovered'],
    ['sync-failed', 'on-sync-failed'],
  ])('the template %s writes the body that the mapper reads', (name, trigger) => {
    const { body } = Template.parse(parse(config[`template.holdfast-${name}`] ?? '')).webhook.holdfast;
    const sent = JSON.parse(rendered(body));
    expect(sent).toEqual(argocdBody({ trigger }));
    expect(only('argocd', sent)).toMatchObject({ status: 'firing', revision: SHA, labels: { trigger } });
  });

  test('an application is subscribed to every trigger', () => {
    const { metadata } = z
      .object({ metadata: z.object({ annotations: Texts }) })
      .parse(parse(blocks('argocd', 'yaml')[1] ?? ''));
    const subscribed = triggers.map(
      ([name]) => `notifications.argoproj.io/subscribe.${name.slice(8)}.holdfast`,
    );
    expect(Object.keys(metadata.annotations)).toEqual(subscribed);
  });
});

test("Alertmanager's receiver on its page is YAML that sends what is resolved to the right address", () => {
  const { receivers } = parse(blocks('alertmanager', 'yaml')[0] ?? '');
  expect(receivers[0].webhook_configs[0]).toMatchObject({
    url: 'https://API_URL/v1/webhooks/alertmanager',
    send_resolved: true,
  });
});

test('the body on the page of our own form is one that its mapper takes', () => {
  const body = /-d '([\s\S]*?)'\n/.exec(blocks('generic', 'sh')[0] ?? '')?.[1] ?? '';
  expect(only('generic', JSON.parse(body))).toMatchObject({
    status: 'firing',
    labels: { service: 'checkout', environment: 'production', id: 'checkout-latency' },
  });
});

test.each(WEBHOOK_SOURCES.filter((source) => source !== 'cloudevents'))(
  'the page of %s says what to create, where its secret goes, how to test it, what is done, and what can go wrong',
  (source) => {
    const text = page(source);
    for (const part of [
      'What to create',
      'Where the secret',
      'How to test it',
      'What Holdfast does',
      'What can go',
    ])
      expect(text).toContain(`## ${part}`);
    expect(text).toContain(`/v1/webhooks/${source}`);
    expect(text).toContain(`list \`${source}\``);
    expect(text).toContain('npx holdfast service check');
  },
);

test('the pages say the limits that the code has', () => {
  expect(LATE_AFTER_SECONDS).toBe(6 * 3600);
  for (const name of ['alertmanager', 'grafana', 'pagerduty', 'generic', 'cloudwatch'])
    expect(page(name)).toContain('six hours');
  expect(WEBHOOK_LIMITS).toMatchObject({
    generic: 64 * 1024,
    pagerduty: 512 * 1024,
    github: 4 * 1024 * 1024,
  });
});
