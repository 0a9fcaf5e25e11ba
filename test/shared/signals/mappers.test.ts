import { describe, expect, test } from 'vitest';
import { alarmEvent, alert, alertGroup, argocdBody, NOW, SHA } from './bodies.ts';
import { only, signalsOf } from './mapping.ts';

describe('argocd', () => {
  test.each([
    ['Degraded', 'firing', 'high'],
    ['Healthy', 'resolved', 'info'],
    ['Progressing', 'info', 'info'],
    ['Suspended', 'info', 'info'],
    ['Missing', 'info', 'info'],
    ['Unknown', 'info', 'medium'],
  ])('health %s is %s with severity %s', (status, expected, severity) => {
    expect(only('argocd', argocdBody({ health: { status } }))).toMatchObject({ status: expected, severity });
  });

  test('a degraded application carries its app, revision and transition', () => {
    expect(only('argocd', argocdBody())).toMatchObject({
      fingerprint: 'https://argocd.example.test|argocd|shop-staging',
      revision: SHA,
      startsAt: '2026-11-21T09:59:00.000Z',
      labels: { app: 'shop-staging', 'labels.team': 'shop', sync: 'Synced' },
      links: ['https://argocd.example.test/applications/argocd/shop-staging'],
    });
  });

  test('degradation and recovery of one application are the same problem and different deliveries', () => {
    const bad = only('argocd', argocdBody());
    const good = only('argocd', argocdBody({ health: { status: 'Healthy', lastTransitionTime: NOW } }));
    expect(good.fingerprint).toBe(bad.fingerprint);
    expect(good.dedupeKey).not.toBe(bad.dedupeKey);
  });

  test('a second degradation of the same revision is a delivery of its own', () => {
    const later = argocdBody({ health: { status: 'Degraded', lastTransitionTime: '2026-11-21T09:59:30Z' } });
    expect(only('argocd', later).dedupeKey).not.toBe(only('argocd', argocdBody()).dedupeKey);
  });

  test('an application of several sources has no revision of its own', () => {
    const several = { phase: 'Succeeded', syncResult: { revisions: [SHA, 'b'.repeat(40)] } };
    expect(only('argocd', argocdBody({ operationState: several })).revision).toBeUndefined();
    const one = { phase: 'Succeeded', syncResult: { revisions: [SHA] } };
    expect(only('argocd', argocdBody({ operationState: one })).revision).toBe(SHA);
  });

  test('a sync that failed is information of high severity, once for each try, and resolves nothing', () => {
    const failed = (finishedAt: string) =>
      only(
        'argocd',
        argocdBody({
          trigger: 'on-sync-failed',
          health: { status: 'Healthy', lastTransitionTime: '2026-11-21T09:00:00Z' },
          operationState: { phase: 'Failed', finishedAt, syncResult: { revision: SHA } },
        }),
      );
    const signal = failed('2026-11-21T09:50:00Z');
    expect(signal).toMatchObject({ status: 'info', severity: 'high', startsAt: '2026-11-21T09:50:00.000Z' });
    expect(failed('2026-11-21T09:55:00Z').dedupeKey).not.toBe(signal.dedupeKey);
  });

  test('what toJson writes as null is no error', () => {
    const nothing = { labels: null, sync: null, operationState: null, project: null, argocdUrl: null };
    expect(only('argocd', argocdBody(nothing))).toMatchObject({ status: 'firing', links: [] });
  });
});

describe('alertmanager', () => {
  test('a group of mixed alerts fans out by the status of each alert', () => {
    const resolved = alert({ status: 'resolved', fingerprint: 'f2', endsAt: '2026-11-21T09:59:00Z' });
    expect(signalsOf('alertmanager', alertGroup(alert(), resolved))).toMatchObject([
      { fingerprint: 'f1', status: 'firing', severity: 'critical' },
      { fingerprint: 'f2', status: 'resolved', endsAt: '2026-11-21T09:59:00.000Z' },
    ]);
  });

  test("Go's zero time is no end", () => {
    expect(only('alertmanager', alertGroup(alert())).endsAt).toBeUndefined();
  });

  test('a repeat of the group is the same delivery', () => {
    const [first] = signalsOf('alertmanager', alertGroup(alert()));
    const [second] = signalsOf('alertmanager', { ...alertGroup(alert()), externalURL: 'https://other.test' });
    expect(second?.dedupeKey).toBe(first?.dedupeKey);
  });

  test('the same alert with a new start is a new delivery of the same problem', () => {
    const first = only('alertmanager', alertGroup(alert()));
    const again = only('alertmanager', alertGroup(alert({ startsAt: '2026-11-21T09:59:00Z' })));
    expect(again.fingerprint).toBe(first.fingerprint);
    expect(again.dedupeKey).not.toBe(first.dedupeKey);
  });

  test('alerts of a group that was cut off are flagged', () => {
    expect(only('alertmanager', { ...alertGroup(alert()), truncatedAlerts: 3 }).flags).toEqual(['truncated']);
  });

  test.each([
    ['page', 'critical'],
    ['Warning', 'medium'],
    ['none', 'info'],
    ['whatever', 'medium'],
  ])('the free text %s is severity %s', (word, severity) => {
    const labels = { alertname: 'A', severity: word };
    expect(only('alertmanager', alertGroup(alert({ labels }))).severity).toBe(severity);
  });

  test("Grafana's version of the form is refused by the field's name", () => {
    expect(() => signalsOf('alertmanager', { ...alertGroup(), version: '1' })).toThrow(/version/);
  });
});

describe('cloudwatch', () => {
  test.each([
    ['ALARM', 'firing', 'high'],
    ['OK', 'resolved', 'info'],
    ['INSUFFICIENT_DATA', 'info', 'info'],
  ])('the state %s is %s', (value, status, severity) => {
    expect(only('cloudwatch', alarmEvent(value))).toMatchObject({ status, severity });
  });

  test('a time that ends in +0000 is read', () => {
    expect(only('cloudwatch', alarmEvent('ALARM')).startsAt).toBe('2026-11-21T09:58:30.989Z');
  });

  test('a composite alarm whose actions are suppressed is information only', () => {
    const signal = only('cloudwatch', alarmEvent('ALARM', { actionsSuppressedBy: 'WaitPeriod' }));
    expect(signal).toMatchObject({ status: 'info', flags: ['suppressed'] });
  });

  test('a composite alarm names the children that triggered it', () => {
    const reasonData = JSON.stringify({ triggeringAlarms: [{ arn: 'arn:child' }] });
    expect(only('cloudwatch', alarmEvent('ALARM', { reasonData })).labels.triggeringAlarms).toBe('arn:child');
  });

  test('dimensions, metric and alarm are labels', () => {
    expect(only('cloudwatch', alarmEvent('ALARM')).labels).toMatchObject({
      alarmName: 'ShopErrors',
      Service: 'shop',
      metric: 'Errors',
      namespace: 'Shop',
    });
  });
});

describe('times', () => {
  test('a start in the future becomes now and is flagged', () => {
    const signal = only('alertmanager', alertGroup(alert({ startsAt: '2026-11-21T10:05:00Z' })));
    expect(signal).toMatchObject({ startsAt: NOW, flags: ['future-start'], status: 'firing' });
  });

  test('what fired over a day ago is information only', () => {
    const signal = only('alertmanager', alertGroup(alert({ startsAt: '2026-11-20T09:59:59Z' })));
    expect(signal).toMatchObject({ status: 'info', flags: ['late'] });
  });
});
