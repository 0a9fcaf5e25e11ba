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
  const waiting = machine({ Rest: { Type: 'Wait', Seconds: 3600, End: true } });

  test('is started once by name: the same input joins it, another is refused', async () => {
    const states = statesOf(new DatabaseSync(':memory:'), waiting, { call: noCall });
    const first = await start(states, 'one', { a: 1 });
    expect(await start(states, 'one', { a: 1 })).toEqual(first);
    await expect(start(states, 'one', { a: 2 })).rejects.toMatchObject({ code: 'ExecutionAlreadyExists' });
    await api(states, 'StopExecution', { executionArn: executionArn('one'), error: 'Enough' });
    expect(await endOf(states, 'one')).toEqual({ status: 'ABORTED', error: 'Enough' });
    await expect(start(states, 'one', { a: 1 })).rejects.toMatchObject({ code: 'ExecutionAlreadyExists' });
    const listed = await api(states, 'ListExecutions', { stateMachineArn: MACHINE_ARN });
    expect(listed.executions.map(({ name }: { name: string }) => name)).toEqual(['one']);
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

  test('of a machine with a feature that is not run is refused by name, state by state', () => {
    const distributed = {
      Type: 'Map',
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED' },
        StartAt: 'A',
        States: { A: { Type: 'Pass' } },
      },
    };
    const found = unsupportedFeatures(
      machine({
        A: { Type: 'Pass', Parameters: {} },
        B: { QueryLanguage: 'JSONPath', Type: 'Pass' },
        C: distributed,
      }),
    );
    expect(found).toHaveLength(3);
    expect(() =>
      statesOf(new DatabaseSync(':memory:'), { StartAt: 'X', States: {} }, { call: noCall }),
    ).toThrow();
  });
});
