import { describe, expect, test } from 'vitest';
import { Fault } from '../../../shared/kernel/index.ts';
import { WEBHOOK_SOURCES } from '../../../shared/signals/contract.ts';
import { receiveWebhook } from '../../../shared/signals/index.ts';
import { alert, genericBody, grafanaGroup, pagerdutyEvent } from './bodies.ts';
import { door } from './door.ts';

const GENERIC = { source: 'generic', match: { service: 'shop' } };
const github = { 'x-github-event': 'check_run', 'x-github-delivery': 'guid-1' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };

describe('11 test pings', () => {
  const testAlert = alert({ labels: { alertname: 'TestAlert', instance: 'Grafana' } });
  test.each([
    ['github', { zen: 'calm' }, { ...github, 'x-github-event': 'ping' }],
    ['grafana', grafanaGroup(testAlert), {}],
    ['pagerduty', pagerdutyEvent('pagey.ping'), {}],
    ['slack', 'ssl_check=1&token=t', form],
  ] as const)('11 a test of %s is answered as a ping and leaves no signal', async (source, body, headers) => {
    const { deliver, signals } = await door();
    expect(await deliver(source, body, headers)).toEqual({ kind: 'ping' });
    expect(signals.all()).toEqual([]);
  });

  test('11 the url_verification of Slack is answered with its challenge and leaves no signal', async () => {
    const { deliver, signals } = await door();
    const body = { type: 'url_verification', token: 't', challenge: '3eZbrw1aB' };
    expect(await deliver('slack', body)).toEqual({ kind: 'challenge', challenge: '3eZbrw1aB' });
    expect(signals.all()).toEqual([]);
  });

  test.each(WEBHOOK_SOURCES)(
    '11 a ping of %s that proves nothing is refused as everything else is',
    async (source) => {
      const { deps, signals } = await door();
      const delivery = { headers: github, body: Buffer.from('{"type":"url_verification","challenge":"c"}') };
      for (const method of ['POST', 'OPTIONS']) {
        const answer = receiveWebhook(deps, { source, method, delivery });
        await expect(answer).rejects.toMatchObject({ name: 'Unauthenticated' });
      }
      expect(signals.all()).toEqual([]);
    },
  );

  test('11 an alert that is only named like the test of Grafana is an alert', async () => {
    const { deliver } = await door();
    const named = alert({ labels: { alertname: 'TestAlert', instance: 'web-1' } });
    expect(await deliver('grafana', grafanaGroup(named))).toMatchObject({ kind: 'accepted' });
  });
});

describe('13 time-outs', () => {
  test('13 a delivery is answered as soon as it is stored: nothing is routed or opened meanwhile', async () => {
    const { deliver, signals, opened } = await door(GENERIC);
    expect(await deliver('generic', genericBody())).toMatchObject({ accepted: { accepted: 1 } });
    expect(signals.all()).toMatchObject([{ routing: 'new' }]);
    expect(opened).toEqual([]);
  });

  test('13 no reason of our own is an error of the sender: what is unroutable, late or repeated is accepted', async () => {
    const { deliver, route } = await door();
    expect(await deliver('pagerduty', pagerdutyEvent('incident.triggered'))).toMatchObject({
      kind: 'accepted',
    });
    expect(await deliver('pagerduty', pagerdutyEvent('incident.triggered'))).toMatchObject({
      kind: 'accepted',
    });
    const old = pagerdutyEvent('incident.escalated', { created_at: '2020-01-01T00:00:00Z' });
    expect(await deliver('pagerduty', old)).toMatchObject({ kind: 'accepted' });
    const service = { event: { id: 'e', event_type: 'service.updated', data: { id: 'PSVC1' } } };
    expect(await deliver('pagerduty', service)).toMatchObject({ kind: 'accepted' });
    expect((await route()).map((each) => each.routing)).toEqual(Array(3).fill('unroutable'));
  });

  test('13 a table that does not answer is our fault, so that the sender tries again', async () => {
    const { deps } = await door();
    const signals = {
      ...deps.signals,
      put: () => Promise.reject(new Fault('Unavailable', 'the table is away')),
    };
    const body = Buffer.from(JSON.stringify(genericBody()));
    const delivery = { headers: { authorization: 'Bearer right' }, body };
    const answer = receiveWebhook({ ...deps, signals }, { source: 'generic', method: 'POST', delivery });
    await expect(answer).rejects.toMatchObject({ name: 'Unavailable' });
  });

  test('13 a reopened incident opens again, although it was created before it was resolved', async () => {
    const { deliver, route, opened } = await door({ source: 'pagerduty', match: { serviceId: 'PSVC1' } });
    await deliver('pagerduty', pagerdutyEvent('incident.triggered', {}, '2026-11-21T09:57:00Z'));
    await route();
    await deliver('pagerduty', pagerdutyEvent('incident.escalated', {}, '2026-11-21T09:57:30Z'));
    await deliver('pagerduty', pagerdutyEvent('incident.resolved', {}, '2026-11-21T09:58:00Z'));
    await deliver('pagerduty', pagerdutyEvent('incident.reopened', {}, '2026-11-21T09:59:00Z'));
    await route();
    expect(opened.map((signal) => signal.kind)).toEqual(['incident.triggered', 'incident.reopened']);
  });
});
