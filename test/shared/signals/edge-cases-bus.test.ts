import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alarmEvent, awsEvent } from './bodies.ts';
import { door } from './door.ts';
import { only } from './mapping.ts';

const ALARM_ARN = 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:ShopErrors';
const ALARM = { source: 'cloudwatch', match: { alarmName: 'ShopErrors' } };

describe('9 EventBridge', () => {
  const alarm = alarmEvent('ALARM');
  const over = alarmEvent('OK', { timestamp: '2026-11-21T09:59:30.000+0000' });

  test('9 however events repeat and overtake each other, one problem opens at most once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([alarm, alarm, alarm, over, over], { minLength: 1 }),
        async (events) => {
          const { event, route, opened, signals } = await door(ALARM);
          for (const each of events) {
            await event(each);
            await route();
          }
          expect(opened.length).toBeLessThanOrEqual(1);
          expect(opened.length).toBe(events[0] === alarm ? 1 : 0);
          expect(signals.all()).toHaveLength(new Set(events).size);
        },
      ),
    );
  });

  test('9 an event of a source that nobody maps is refused, so that it ends in the dead-letter queue', async () => {
    const { event } = await door();
    await expect(event(awsEvent('aws.glue', 'Glue Job State Change', {}))).rejects.toMatchObject({
      name: 'InvalidInput',
    });
    await expect(event({ hello: 1 })).rejects.toMatchObject({ name: 'InvalidInput' });
  });

  test.each([
    ['FAILURE', 'firing', 'high'],
    ['STOP', 'firing', 'medium'],
    ['SUCCESS', 'resolved', 'info'],
    ['START', 'info', 'info'],
  ])("9 CodeDeploy's state %s, sent at best effort, is %s", (state, status, severity) => {
    const detail = { application: 'shop', deploymentGroup: 'blue', deploymentId: 'd-1', state };
    const type = 'CodeDeploy Deployment State-change Notification';
    const signal = only('codedeploy', awsEvent('aws.codedeploy', type, detail));
    expect(signal).toMatchObject({ status, severity, startsAt: '2026-11-21T09:59:00.000Z' });
  });

  test.each([
    ['running', 'chaos-window-opened'],
    ['completed', 'chaos-window-closed'],
    ['stopped', 'chaos-window-closed'],
    ['failed', 'chaos-window-closed'],
    ['pending', 'recorded'],
  ])('9 an experiment of FIS that is %s is information whose outcome is %s', async (status, outcome) => {
    const { event, route, opened } = await door({ source: 'fis', match: { templateId: 'EXT1' } });
    const ids = { 'experiment-id': 'EXP1', 'experiment-template-id': 'EXT1' };
    await event(awsEvent('aws.fis', 'FIS Experiment State Change', { ...ids, 'new-state': { status } }));
    expect(await route()).toMatchObject([{ routing: 'routed', outcome }]);
    expect(opened).toEqual([]);
  });
});

describe('10 composite alarms', () => {
  const reasonData = JSON.stringify({ triggeringAlarms: [{ arn: ALARM_ARN, state: { value: 'ALARM' } }] });
  const parent = (state: Readonly<Record<string, unknown>> = {}) => {
    const event = alarmEvent('ALARM', { reasonData, timestamp: '2026-11-21T09:58:31.000+0000', ...state });
    const detail = {
      ...event.detail,
      alarmName: 'ShopIsDown',
      configuration: { alarmRule: 'ALARM(ShopErrors)' },
    };
    const arn = 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:ShopIsDown';
    return { ...event, id: 'parent', resources: [arn], detail };
  };
  const both = [ALARM, { source: 'cloudwatch', match: { alarmName: 'ShopIsDown' } }];

  test('10 parent and child are one problem: the parent joins what the child opened', async () => {
    const { event, route, opened } = await door(...both);
    await event(alarmEvent('ALARM'));
    await event(parent());
    const [, joined] = await route();
    expect(joined).toMatchObject({ outcome: 'joined', rollbackId: 'rbk_1' });
    expect(opened).toHaveLength(1);
  });

  test('10 a parent that nobody registered stands where its child stands', async () => {
    const { event, route } = await door(ALARM);
    await event(alarmEvent('ALARM'));
    await event(parent());
    const [, joined] = await route();
    expect(joined).toMatchObject({ routing: 'routed', service: 'shop', resolvedBy: `child ${ALARM_ARN}` });
  });

  test('10 a parent whose child is over, or was never told, opens by itself', async () => {
    const { event, route, opened } = await door(...both);
    await event(alarmEvent('ALARM'));
    await route();
    await event(alarmEvent('OK', { timestamp: '2026-11-21T09:58:32.000+0000' }));
    await event(parent());
    await route();
    expect(opened.map((signal) => signal.labels.alarmName)).toEqual(['ShopErrors', 'ShopIsDown']);
  });

  test('10 a parent whose actions are suppressed does not act', async () => {
    const { event, route, opened } = await door(...both);
    await event(parent({ actionsSuppressedBy: 'WaitPeriod' }));
    expect(await route()).toMatchObject([{ outcome: 'recorded' }]);
    expect(opened).toEqual([]);
  });

  test('10 times that end in +0000 are read', () => {
    expect(only('cloudwatch', parent()).startsAt).toBe('2026-11-21T09:58:31.000Z');
  });
});
