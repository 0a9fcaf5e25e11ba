import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { unsupportedFeatures } from '../../../local/cloud/states/index.ts';
import {
  api,
  endOf,
  eventCountOf,
  executionArn,
  historyOf,
  MACHINE_ARN,
  machine,
  noCall,
  run,
  start,
  statesOf,
} from './harness.ts';

describe('an execution', () => {
  const resource = 'arn:aws:states:::lambda:invoke.waitForTaskToken';
  const waiting = machine({ Rest: { Type: 'Task', Resource: resource, End: true } });

  test('is started once by name: the same input joins it, another is refused', async () => {
    const states = statesOf(new DatabaseSync(':memory:'), waiting, { call: noCall });
    const first = await start(states, 'one', { a: 1 });
    expect(await start(states, 'one', { a: 1 })).toEqual(first);
    await expect(start(states, 'one', { a: 2 })).rejects.toMatchObject({ code: 'ExecutionAlreadyExists' });
    await states.close();
  });

  test('that has ended is not started again under its name', async () => {
    const states = statesOf(new DatabaseSync(':memory:'), machine({ A: { Type: 'Succeed' } }), {
      call: noCall,
    });
    await start(states, 'one', { a: 1 });
    expect(await endOf(states, 'one')).toEqual({ status: 'SUCCEEDED', output: { a: 1 } });
    await expect(start(states, 'one', { a: 1 })).rejects.toMatchObject({ code: 'ExecutionAlreadyExists' });
    await states.close();
  });

  test('that nobody started, of a machine nobody has, or asked for an action that is not run is refused', async () => {
    const states = statesOf(new DatabaseSync(':memory:'), waiting, { call: noCall });
    const codes = [
      ['DescribeExecution', { executionArn: executionArn('one') }, 'ExecutionDoesNotExist'],
      ['StartExecution', { stateMachineArn: 'arn:other' }, 'StateMachineDoesNotExist'],
      ['StartExecution', { stateMachineArn: MACHINE_ARN, name: 'a b' }, 'InvalidName'],
      ['StartExecution', { stateMachineArn: MACHINE_ARN, input: '{' }, 'InvalidExecutionInput'],
      ['StartExecution', {}, 'ValidationException'],
      ['StopExecution', { executionArn: executionArn('one') }, 'UnknownOperationException'],
    ] as const;
    for (const [action, input, code] of codes)
      await expect(api(states, action, input)).rejects.toMatchObject({ code });
    await states.close();
  });

  test('that outlives the time of its machine is TIMED_OUT, and the speed divides that time', async () => {
    const states = statesOf(
      new DatabaseSync(':memory:'),
      { ...waiting, TimeoutSeconds: 100 },
      {
        call: noCall,
        speed: 10_000,
        now: () => performance.timeOrigin + performance.now() / 10,
      },
    );
    await start(states, 'one', {});
    expect(await endOf(states, 'one')).toEqual({ status: 'TIMED_OUT', error: 'States.Timeout' });
    await states.close();
  });

  test('that fills its history fails as States.Runtime', async () => {
    const circle = machine({ Again: { Type: 'Pass', Next: 'Again' } });
    const states = statesOf(new DatabaseSync(':memory:'), circle, { call: noCall, eventBudget: 50 });
    await start(states, 'one', {});
    expect(await endOf(states, 'one')).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    const count = await eventCountOf(states.service, executionArn('one'));
    expect(count).toBe((await historyOf(states, 'one')).length);
    // The event that ends it comes on top.
    expect(count).toBeLessThanOrEqual(51);
    await states.close();
  });

  test('has events numbered without a gap, each after the one it names', async () => {
    const { history } = await run(machine({ A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Succeed' } }));
    expect(history.map(({ id }) => id)).toEqual(history.map((_, index) => index + 1));
    for (const { id, previousEventId } of history) expect(Number(previousEventId)).toBeLessThan(id);
  });
});

test('a machine with a feature that is not run is refused by name, state by state', () => {
  const found = unsupportedFeatures(
    machine(
      {
        A: { Type: 'Pass', Parameters: {} },
        B: { QueryLanguage: 'JSONPath', Type: 'Pass' },
        C: { Type: 'Map', ItemProcessor: { StartAt: 'A', States: { A: { Type: 'Pass' } } } },
        D: { Type: 'Wait', Seconds: 1 },
        E: { Type: 'Task', Resource: 'arn:aws:states:::dynamodb:getItem', HeartbeatSeconds: 1 },
        F: { Type: 'Pass', Output: '{% $uuid() & $partition([1], 1) & $uuid() %}' },
      },
      { ProcessorConfig: {} },
    ),
  );
  expect(found).toEqual([
    'ProcessorConfig is not run',
    "state 'A': Parameters is not run",
    "state 'B': only JSONata is run",
    "state 'C': Map states are not run",
    "state 'D': Wait states are not run",
    "state 'E': HeartbeatSeconds is not run",
    "state 'E': arn:aws:states:::dynamodb:getItem is not run",
    "state 'F': $uuid is not run",
    "state 'F': $partition is not run",
  ]);
  expect(() =>
    statesOf(new DatabaseSync(':memory:'), { StartAt: 'X', States: {} }, { call: noCall }),
  ).toThrow();
});
