import { describe, expect, test } from 'vitest';
import { alert, alertGroup, argocdBody, grafanaGroup, SHA } from './bodies.ts';
import { door } from './door.ts';
import { only, signalsOf } from './mapping.ts';

const JOB = { source: 'alertmanager', match: { job: 'shop' } };
const APP = { source: 'argocd', match: { app: 'shop-staging' } };

describe('1 grouped alerts', () => {
  test.each([
    ['alertmanager', alertGroup],
    ['grafana', grafanaGroup],
  ] as const)('1 a group of %s that says firing fans out by each alert', (source, group) => {
    const resolved = alert({ status: 'resolved', fingerprint: 'f2', endsAt: '2026-11-21T09:59:00Z' });
    const statuses = signalsOf(source, group(alert(), resolved)).map((signal) => signal.status);
    expect(statuses).toEqual(['firing', 'resolved']);
  });

  test('1 an alert that is absent from a group that was cut off is not resolved', async () => {
    const { deliver, route, signals } = await door(JOB);
    await deliver('alertmanager', alertGroup(alert(), alert({ fingerprint: 'f2' })));
    await deliver('alertmanager', { ...alertGroup(alert({ fingerprint: 'f3' })), truncatedAlerts: 2 });
    await route();
    expect(signals.all().filter((signal) => signal.status === 'resolved')).toEqual([]);
    const flagged = signals.all().filter((signal) => signal.flags.includes('truncated'));
    expect(flagged.map((signal) => signal.fingerprint)).toEqual(['f3']);
  });
});

describe('2 ends and order', () => {
  test('2 an end of 0001-01-01T00:00:00Z is no end', () => {
    expect(only('alertmanager', alertGroup(alert())).endsAt).toBeUndefined();
    expect(only('grafana', grafanaGroup(alert())).endsAt).toBeUndefined();
  });

  test('2 what is resolved and was never heard of is stored and sets nothing off', async () => {
    const { deliver, route, opened, signals } = await door(JOB);
    await deliver('alertmanager', alertGroup(alert({ status: 'resolved' })));
    expect(await route()).toMatchObject([{ routing: 'routed', outcome: 'recorded' }]);
    expect([opened, signals.all().length]).toEqual([[], 1]);
  });

  test('2 what fires in a delivery that its resolution overtook does not open', async () => {
    const { deliver, route, opened } = await door(JOB);
    await deliver('alertmanager', alertGroup(alert({ status: 'resolved' })));
    await deliver('alertmanager', alertGroup(alert()));
    await route();
    expect(opened).toEqual([]);
  });

  test('2 what fires again after its resolution opens', async () => {
    const { deliver, route, opened } = await door(JOB);
    await deliver('alertmanager', alertGroup(alert({ status: 'resolved' })));
    await deliver('alertmanager', alertGroup(alert({ startsAt: '2026-11-21T09:59:00Z' })));
    await route();
    expect(opened).toHaveLength(1);
  });
});

describe('3 versions', () => {
  test('3 the sources are told apart by their address and not by version: each form is refused at the other', () => {
    expect(only('grafana', grafanaGroup(alert())).fingerprint).toBe('1|f1');
    expect(only('grafana', { ...grafanaGroup(alert()), version: '4' }).fingerprint).toBe('1|f1');
    expect(() => signalsOf('grafana', alertGroup(alert()))).toThrow(/orgId/);
    expect(() => signalsOf('alertmanager', grafanaGroup(alert()))).toThrow(/version/);
    expect(() => signalsOf('alertmanager', { ...alertGroup(alert()), version: 4 })).toThrow(/version/);
  });

  test('3 one fingerprint in two organisations of a Grafana is two problems', () => {
    const other = { ...grafanaGroup(alert()), orgId: 2 };
    expect(only('grafana', other).fingerprint).not.toBe(only('grafana', grafanaGroup(alert())).fingerprint);
  });
});

describe('4 heartbeats', () => {
  test('4 a group that is repeated is a duplicate and no new signal', async () => {
    const { deliver, signals } = await door(JOB);
    await deliver('alertmanager', alertGroup(alert()));
    const again = await deliver('alertmanager', alertGroup(alert()));
    expect(again).toMatchObject({ accepted: { accepted: 0, duplicates: 1 } });
    expect(signals.all()).toHaveLength(1);
  });

  test('4 the same alert with the same start in another group is a repeat that names what was opened', async () => {
    const { deliver, route, opened } = await door(JOB);
    await deliver('alertmanager', alertGroup(alert()));
    await route();
    await deliver('alertmanager', { ...alertGroup(alert()), groupKey: '{}:{regrouped="yes"}' });
    const [repeat] = await route();
    expect(repeat).toMatchObject({
      outcome: 'recorded',
      rollbackId: 'rbk_1',
      why: expect.stringMatching(/^a repeat of sig_/),
    });
    expect(opened).toHaveLength(1);
  });

  test('4 a repeat of what nobody had a selector for is acted on once there is one', async () => {
    const { deliver, route, opened } = await door({ source: 'alertmanager', match: { team: 'shop' } });
    const labels = { alertname: 'TooManyErrors', job: 'shop' };
    await deliver('alertmanager', alertGroup(alert({ labels })));
    await route();
    const regrouped = { ...alertGroup(alert({ labels: { ...labels, team: 'shop' } })), groupKey: 'other' };
    await deliver('alertmanager', regrouped);
    await route();
    expect(opened).toHaveLength(1);
  });
});

describe("5 Argo CD's notifications", () => {
  const degraded = (at: string) => argocdBody({ health: { status: 'Degraded', lastTransitionTime: at } });
  const recovered = (at: string) => ({
    ...argocdBody({ health: { status: 'Healthy', lastTransitionTime: at } }),
    trigger: 'on-health-recovered',
  });

  test('5 a second degradation of the same revision is a signal of its own and opens', async () => {
    const { deliver, route, opened } = await door(APP);
    await deliver('argocd', degraded('2026-11-21T09:50:00Z'));
    await deliver('argocd', recovered('2026-11-21T09:52:00Z'));
    await route();
    await deliver('argocd', degraded('2026-11-21T09:55:00Z'));
    await route();
    const last = opened.at(-1);
    expect([last?.startsAt, last?.revision]).toEqual(['2026-11-21T09:55:00.000Z', SHA]);
  });

  test('5 a delivery that Argo CD retries is one signal', async () => {
    const { deliver, signals } = await door(APP);
    for (let attempt = 0; attempt < 4; attempt += 1)
      await deliver('argocd', degraded('2026-11-21T09:50:00Z'));
    expect(signals.all()).toHaveLength(1);
  });

  test('5 an application of several sources names them all and claims no one revision', () => {
    const revisions = [SHA, 'b'.repeat(40)];
    const signal = only('argocd', argocdBody({ operationState: { syncResult: { revisions } } }));
    expect([signal.revision, signal.labels.revisions]).toEqual([undefined, revisions.join(',')]);
  });
});
