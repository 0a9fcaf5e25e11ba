import { describe, expect, test } from 'vitest';
import { awsEvent, ecsDeployment } from './bodies.ts';
import { door } from './door.ts';
import { only } from './mapping.ts';

const SERVICE_ARN = 'arn:aws:ecs:eu-west-1:123456789012:service/main/shop';
const ECS = { source: 'ecs', match: { serviceArn: SERVICE_ARN } };

function healthEvent(detail: Readonly<Record<string, unknown>> = {}, change: object = {}) {
  return awsEvent(
    'aws.health',
    'AWS Health Event',
    {
      eventArn: 'arn:aws:health:eu-west-1::event/EC2/ISSUE/1',
      service: 'EC2',
      eventTypeCode: 'AWS_EC2_OPERATIONAL_ISSUE',
      eventTypeCategory: 'issue',
      communicationId: 'c1',
      startTime: 'Sat, 21 Nov 2026 09:30:00 GMT',
      statusCode: 'open',
      eventRegion: 'eu-west-1',
      eventDescription: [{ language: 'en_US', latestDescription: 'We are investigating.' }],
      affectedEntities: [{ entityValue: 'i-1' }],
      page: '1',
      totalPages: '2',
      backupEvent: 'false',
      affectedAccount: '123456789012',
      ...detail,
    },
    change,
  );
}

describe('6 AWS Health', () => {
  test('6 an open issue fires since a time that is not ISO', () => {
    expect(only('health', healthEvent())).toMatchObject({
      status: 'firing',
      severity: 'high',
      startsAt: '2026-11-21T09:30:00.000Z',
      labels: { page: '1', totalPages: '2', backup: 'false', entities: 'i-1' },
    });
  });

  const said = (latestDescription: string) => ({ eventDescription: [{ latestDescription }] });
  test.each([
    ['whose text says [RESOLVED]', said('Operating normally\n\n[RESOLVED] \n all is well')],
    ['whose end lies behind us', { endTime: 'Sat, 21 Nov 2026 09:59:00 GMT' }],
    ['that is closed', { statusCode: 'closed' }],
  ])('6 an issue that is still called open, or closed, %s is resolved', (_, detail) => {
    expect(only('health', healthEvent(detail)).status).toBe('resolved');
  });

  test('6 an end that lies ahead resolves nothing', () => {
    expect(only('health', healthEvent({ endTime: 'Sat, 21 Nov 2026 11:00:00 GMT' })).status).toBe('firing');
  });

  test.each([{ statusCode: 'upcoming' }, { eventTypeCategory: 'scheduledChange' }])(
    '6 what is planned is information: %o',
    (detail) => {
      expect(only('health', healthEvent(detail)).status).toBe('info');
    },
  );

  test("6 the copy through another region is the same delivery, and the region is the event's own", async () => {
    const { event, signals } = await door();
    await event(healthEvent());
    const copy = healthEvent({ backupEvent: 'true' }, { id: 'event-2', region: 'us-west-2' });
    expect(await event(copy)).toMatchObject({ accepted: 0, duplicates: 1 });
    expect(signals.all()[0]?.labels.region).toBe('eu-west-1');
  });

  test('6 every page of one communication is a delivery of its own, of the same problem', () => {
    const [one, two] = [only('health', healthEvent()), only('health', healthEvent({ page: '2' }))];
    expect(two.sourceEventId).not.toBe(one.sourceEventId);
    expect(two.fingerprint).toBe(one.fingerprint);
  });

  test('6 truth values and numbers that are no texts are read as well', () => {
    const signal = only('health', healthEvent({ page: 1, totalPages: 2, backupEvent: true }));
    expect(signal.labels).toMatchObject({ page: '1', totalPages: '2', backup: 'true' });
  });
});

function endpointEvent(EndpointStatus: string, id = 'event-1') {
  const EndpointArn = 'arn:aws:sagemaker:eu-west-1:123456789012:endpoint/shop';
  const detail = {
    ...{ EndpointName: 'Shop', EndpointArn, EndpointConfigName: 'shop-7', EndpointStatus },
    ...{ LastModifiedTime: 1795255100000, Tags: { environment: 'staging' } },
  };
  return awsEvent('aws.sagemaker', 'SageMaker Endpoint State Change', detail, { id, time: '1795255100000' });
}

describe('7 SageMaker', () => {
  test.each([
    ['IN_SERVICE', 'InService', 'resolved'],
    ['UPDATING', 'Updating', 'info'],
    ['FAILED', 'Failed', 'firing'],
    ['UPDATE_ROLLBACK_FAILED', 'UpdateRollbackFailed', 'firing'],
    ['ROLLING_BACK', 'RollingBack', 'info'],
  ])('7 %s of an event and %s of the API are the same, and %s', (event, api, status) => {
    const [one, other] = [event, api].map((spelling) => only('sagemaker', endpointEvent(spelling)));
    expect(other).toEqual(one);
    expect(one).toMatchObject({ status, labels: { state: event, 'tags.environment': 'staging' } });
  });

  test('7 several events of one change are one signal', async () => {
    const { event, signals } = await door();
    for (const id of ['a', 'b', 'c']) await event(endpointEvent('FAILED', id));
    expect(signals.all()).toMatchObject([{ startsAt: '2026-11-21T09:58:20.000Z' }]);
  });

  test('7 a deployment that SageMaker rolls back itself is information, and a failure meanwhile does not act', async () => {
    const { event, route, opened } = await door({ source: 'sagemaker', match: { endpoint: 'Shop' } });
    await event(endpointEvent('ROLLING_BACK'));
    await event(endpointEvent('FAILED', 'later'));
    expect(await route()).toMatchObject([
      { outcome: 'recorded' },
      { outcome: 'recorded', why: 'sagemaker is rolling back by itself' },
    ]);
    expect(opened).toEqual([]);
  });
});

describe('8 ECS', () => {
  const ROLLING = 'ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/0.';
  const failed = ecsDeployment('SERVICE_DEPLOYMENT_FAILED', '2026-11-21T09:55:00Z');
  const rolling = ecsDeployment('SERVICE_DEPLOYMENT_IN_PROGRESS', '2026-11-21T09:55:05Z', ROLLING);

  test('8 a failed deployment fires and opens', async () => {
    const { event, route, opened } = await door(ECS);
    await event(failed);
    await route();
    expect(opened).toMatchObject([{ source: 'ecs', severity: 'high', fingerprint: SERVICE_ARN }]);
  });

  test("8 ECS's own rollback is told by its reason alone: information, marked as suppressed", () => {
    expect(only('ecs', rolling)).toMatchObject({ status: 'info', flags: ['suppressed'] });
    const plain = ecsDeployment('SERVICE_DEPLOYMENT_IN_PROGRESS', '2026-11-21T09:55:05Z', 'in progress.');
    expect(only('ecs', plain)).toMatchObject({ status: 'info', flags: [] });
  });

  test('8 while ECS rolls back itself, a failure does not act as well, whichever came first', async () => {
    const { event, route, opened } = await door(ECS);
    await event(rolling);
    await event(failed);
    await event(ecsDeployment('SERVICE_DEPLOYMENT_FAILED', '2026-11-21T09:56:00Z', 'again'));
    const settled = await route();
    expect(settled.slice(1).map((each) => each.why)).toEqual(Array(2).fill('ecs is rolling back by itself'));
    expect(opened).toEqual([]);
  });

  test('8 a failure after that rollback was completed opens', async () => {
    const { event, route, opened } = await door(ECS);
    await event(rolling);
    await event(ecsDeployment('SERVICE_DEPLOYMENT_COMPLETED', '2026-11-21T09:57:00Z'));
    await event(ecsDeployment('SERVICE_DEPLOYMENT_FAILED', '2026-11-21T09:58:00Z'));
    await route();
    expect(opened).toHaveLength(1);
  });

  test.each([
    ['SERVICE_STEADY_STATE', 'INFO', 'resolved', 'info'],
    ['SERVICE_TASK_START_IMPAIRED', 'WARN', 'info', 'medium'],
    ['SERVICE_TASK_PLACEMENT_FAILURE', 'ERROR', 'info', 'high'],
  ])('8 the service action %s (%s) is %s with severity %s', (eventName, eventType, status, severity) => {
    const detail = { eventName, eventType, createdAt: '2026-11-21T09:55:00Z' };
    const signal = only('ecs', awsEvent('aws.ecs', 'ECS Service Action', detail));
    expect(signal).toMatchObject({ status, severity, kind: 'service_action' });
  });
});
