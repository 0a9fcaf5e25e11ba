import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { receiveAwsEvent, receiveWebhook, SIGNAL_METRICS } from '../../../shared/signals/index.ts';
import { fixedClock } from '../../support/chance.ts';
import { alarmEvent, alert, alertGroup, argocdBody, checkRunBody, NOW } from './bodies.ts';
import { memorySignals } from './memory-signals.ts';

function world() {
  const counted: string[] = [];
  const signals = memorySignals();
  const deps = {
    signals,
    clock: fixedClock(NOW),
    meter: {
      count: (metric: string) => {
        counted.push(metric);
      },
      measure: () => undefined,
    },
    secrets: async () => ['right'],
  };
  const call = (source: string, body: unknown, headers: Readonly<Record<string, string>> = {}) => {
    const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    const delivery = { headers: { authorization: 'Bearer right', ...headers }, body: bytes };
    return receiveWebhook(deps, { source, method: 'POST', delivery });
  };
  return { deps, signals, counted, call };
}

test('a genuine delivery is persisted once, and its repeats are counted as duplicates', async () => {
  const { call, signals } = world();
  const first = await call('argocd', argocdBody());
  expect(first).toMatchObject({ kind: 'accepted', accepted: { accepted: 1, duplicates: 0 } });
  const again = await call('argocd', argocdBody());
  expect(again).toEqual({ kind: 'accepted', accepted: { accepted: 0, signals: [], duplicates: 1 } });
  expect(signals.all()).toHaveLength(1);
});

test('the signal keeps the hash of the raw body and not the body', async () => {
  const { call, signals } = world();
  await call('argocd', argocdBody());
  expect(signals.all()[0]?.raw).toEqual({
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    bytes: expect.any(Number),
  });
});

test('a forged delivery is refused before it is parsed, counted, and leaves nothing', async () => {
  const { call, signals, counted } = world();
  const forged = call('alertmanager', 'not even JSON', { authorization: 'Bearer wrong' });
  await expect(forged).rejects.toMatchObject({ name: 'Unauthenticated' });
  expect(counted).toEqual([SIGNAL_METRICS.forged]);
  expect(signals.all()).toEqual([]);
});

test('a github delivery is accepted by its signature alone', async () => {
  const { call } = world();
  const body = JSON.stringify(checkRunBody('success'));
  const answer = call('github', body, {
    authorization: '',
    'x-github-event': 'check_run',
    'x-github-delivery': 'guid',
    'x-hub-signature-256': `sha256=${createHmac('sha256', 'right').update(body).digest('hex')}`,
  });
  await expect(answer).resolves.toMatchObject({ accepted: { accepted: 1 } });
});

test('a body of another shape is refused by the name of its field', async () => {
  const { call } = world();
  const { app: _app, ...body } = argocdBody();
  await expect(call('argocd', body)).rejects.toMatchObject({
    name: 'InvalidInput',
    issues: [{ path: 'app', message: expect.any(String) }],
  });
  const wrong = alertGroup(alert(), alert({ status: 'odd' }));
  await expect(call('alertmanager', wrong)).rejects.toMatchObject({ issues: [{ path: 'alerts.1.status' }] });
});

test('what is not JSON is refused', async () => {
  await expect(world().call('argocd', '{"app":')).rejects.toMatchObject({ name: 'InvalidInput' });
});

test('a source that nobody maps does not exist', async () => {
  await expect(world().call('carrier-pigeon', {})).rejects.toMatchObject({ name: 'NotFound' });
});

test('the CloudEvents handshake names the origin back, and leaves no signal', async () => {
  const { deps, signals } = world();
  const delivery = {
    headers: { authorization: 'Bearer right', 'webhook-request-origin': 'events.example.test' },
    body: new Uint8Array(),
  };
  const call = { source: 'cloudevents', method: 'OPTIONS', delivery };
  expect(await receiveWebhook(deps, call)).toEqual({ kind: 'handshake', origin: 'events.example.test' });
  expect(signals.all()).toEqual([]);
});

test('a hundred alerts of one group are all persisted', async () => {
  const { call, signals } = world();
  const alerts = Array.from({ length: 100 }, (_, index) => alert({ fingerprint: `f${index}` }));
  await call('alertmanager', alertGroup(...alerts));
  expect(signals.all()).toHaveLength(100);
});

test('an alarm event that EventBridge delivers twice is one signal', async () => {
  const { deps, signals } = world();
  await receiveAwsEvent(deps, alarmEvent('ALARM'));
  expect(await receiveAwsEvent(deps, alarmEvent('ALARM'))).toMatchObject({ accepted: 0, duplicates: 1 });
  expect(signals.all()).toMatchObject([{ source: 'cloudwatch', status: 'firing' }]);
});
