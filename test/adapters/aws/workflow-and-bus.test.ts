import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SendTaskSuccessCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { eventBridgePublisher } from '../../../shared/adapters/aws/eventbridge-publisher.ts';
import { lambdaWatch } from '../../../shared/adapters/aws/lambda-watch.ts';
import { sfnWorkflow } from '../../../shared/adapters/aws/sfn-workflow.ts';
import { isFault } from '../../../shared/kernel/index.ts';
import type { OutgoingEvent } from '../../../shared/ledger/index.ts';

const region = 'eu-west-1';
const named = (name: string): Error => Object.assign(new Error(name), { name });
const fault = (name: 'Unavailable' | 'PermissionDenied') => (thrown: unknown) => isFault(thrown, name);

describe('workflows in Step Functions', () => {
  const sfn = mockClient(SFNClient);
  const watchNow = async (): Promise<void> => undefined;
  const client = new SFNClient({ region });
  const workflow = sfnWorkflow({ client, machineArn: 'arn:machine', watchNow });
  beforeEach(() => sfn.reset());

  test('a rollback starts under its id, and starting it again is success', async () => {
    sfn.on(StartExecutionCommand).resolvesOnce({}).rejects(named('ExecutionAlreadyExists'));
    await workflow.startRollback('rbk_1', { rollbackId: 'rbk_1' });
    await workflow.startRollback('rbk_1', { rollbackId: 'rbk_1' });
    const [first] = sfn.commandCalls(StartExecutionCommand);
    expect(first?.args[0].input).toEqual({
      stateMachineArn: 'arn:machine',
      name: 'rbk_1',
      input: '{"rollbackId":"rbk_1"}',
    });
  });

  test.each(['TaskTimedOut', 'InvalidToken', 'TaskDoesNotExist'])(
    'waking a token that is gone (%s) is success',
    async (name) => {
      sfn.on(SendTaskSuccessCommand).rejects(named(name));
      await expect(workflow.wake('token', { ci: 'success' })).resolves.toBeUndefined();
    },
  );

  test('throttling and refusal leave as faults', async () => {
    sfn
      .on(SendTaskSuccessCommand)
      .rejectsOnce(named('ThrottlingException'))
      .rejects(named('AccessDeniedException'));
    await expect(workflow.wake('token', {})).rejects.toSatisfy(fault('Unavailable'));
    await expect(workflow.wake('token', {})).rejects.toSatisfy(fault('PermissionDenied'));
  });
});

describe('a health watch at once', () => {
  const lambda = mockClient(LambdaClient);
  beforeEach(() => lambda.reset());

  test('is invoked and not waited for; a failure is told and not thrown', async () => {
    const told: string[] = [];
    const client = new LambdaClient({ region });
    const watch = lambdaWatch({
      client,
      functionName: 'watch-health',
      warn: (message) => void told.push(message),
    });
    lambda.on(InvokeCommand).resolvesOnce({}).rejects(named('TooManyRequestsException'));
    await watch('web', 'staging');
    await watch('web', 'staging');
    const [call] = lambda.commandCalls(InvokeCommand);
    expect(call?.args[0].input).toMatchObject({ FunctionName: 'watch-health', InvocationType: 'Event' });
    expect(new TextDecoder().decode(call?.args[0].input.Payload as Uint8Array)).toBe(
      '{"service":"web","environment":"staging"}',
    );
    expect(told).toEqual([expect.stringContaining('web in staging')]);
  });
});

describe('events on the bus', () => {
  const bus = mockClient(EventBridgeClient);
  const publish = eventBridgePublisher({ client: new EventBridgeClient({ region }), bus: 'holdfast' });
  const events = (count: number, text = ''): OutgoingEvent[] =>
    Array.from({ length: count }, (_, n) => ({
      ...{ source: 'holdfast.rollbacks', type: 'Moved', at: '2026-11-21T10:00:00.000Z' },
      detail: { n, text },
    }));
  const sizes = (): number[] =>
    bus.commandCalls(PutEventsCommand).map((call) => call.args[0].input.Entries?.length ?? 0);
  const sent = (...ids: (string | undefined)[]) => ({
    Entries: ids.map((EventId) =>
      EventId === undefined ? { ErrorCode: 'ThrottlingException' } : { EventId },
    ),
  });
  beforeEach(() => bus.reset());

  test('go ten at a time, and large ones fewer at a time', async () => {
    bus.on(PutEventsCommand).resolves(sent(...Array.from({ length: 10 }, () => 'id')));
    expect(await publish(events(23))).toEqual([]);
    expect(sizes()).toEqual([10, 10, 3]);
    bus.resetHistory();
    expect(await publish(events(4, 'x'.repeat(90_000)))).toEqual([]);
    expect(sizes()).toEqual([2, 2]);
    expect(await publish([])).toEqual([]);
  });

  test('carry source, type, time and detail', async () => {
    bus.on(PutEventsCommand).resolves(sent('id'));
    await publish(events(1));
    expect(bus.commandCalls(PutEventsCommand)[0]?.args[0].input.Entries).toEqual([
      {
        EventBusName: 'holdfast',
        Source: 'holdfast.rollbacks',
        DetailType: 'Moved',
        Time: new Date('2026-11-21T10:00:00.000Z'),
        Detail: '{"n":0,"text":""}',
      },
    ]);
  });

  test('are sent again when the bus refused them; what stays refused is named by its position', async () => {
    bus
      .on(PutEventsCommand)
      .resolvesOnce(sent('a', undefined, 'c', undefined))
      .resolves(sent(undefined, 'd'));
    expect(await publish(events(4))).toEqual([1]);
    const again = bus
      .commandCalls(PutEventsCommand)
      .map((call) => call.args[0].input.Entries?.map((e) => e.Detail));
    expect(again[1]).toEqual(['{"n":1,"text":""}', '{"n":3,"text":""}']);
    expect(again.length).toBe(4);
  });

  test('a bus that does not answer is a fault', async () => {
    bus.on(PutEventsCommand).rejects(named('InternalException'));
    await expect(publish(events(1))).rejects.toSatisfy(fault('Unavailable'));
  });
});
