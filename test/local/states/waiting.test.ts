import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import type { States } from '../../../local/cloud/states/index.ts';
import { api, endOf, historyOf, start, statesOf } from './harness.ts';

const TOKEN_TASK = {
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
  Arguments: { FunctionName: 'f', Payload: '{% $states.context.Task.Token %}' },
  TimeoutSeconds: 60,
  Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
  End: true,
};
const machine = (first: object) => ({
  QueryLanguage: 'JSONata',
  StartAt: 'First',
  States: { First: first, Caught: { Type: 'Pass' } },
});

/** Lives of the interpreter over one database, under one clock that only the test moves. */
function world(definition: unknown, speed = 1) {
  const database = new DatabaseSync(':memory:');
  const clock = { now: 1_000_000 };
  const tokens: string[] = [];
  const next = (): States =>
    statesOf(database, definition, {
      speed,
      now: () => clock.now,
      call: async (_caller, _service, _action, input) => {
        tokens.push(String(input.Payload));
        return { Payload: {} };
      },
    });
  return { clock, tokens, next };
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 2));
}

const waitsForToken = (states: States) => async (): Promise<boolean> =>
  (await historyOf(states, 'one')).some(({ type }) => type === 'TaskSubmitted');

/** Starts an execution that waits, and kills its interpreter there. */
async function untilWaiting(definition: unknown, speed = 1) {
  const { clock, tokens, next } = world(definition, speed);
  const states = next();
  await start(states, 'one', {});
  await until(waitsForToken(states));
  const restart = async (): Promise<States> => {
    await states.close();
    const resumed = next();
    resumed.resume();
    return resumed;
  };
  return { states, restart, clock, taskToken: tokens[0] ?? '' };
}

describe('a task token', () => {
  test('ends its task with the answer sent, once; a second answer is too late', async () => {
    const { states, taskToken } = await untilWaiting(machine(TOKEN_TASK));
    await api(states, 'SendTaskSuccess', { taskToken, output: '{"ok":true}' });
    await expect(api(states, 'SendTaskSuccess', { taskToken, output: '{}' })).rejects.toMatchObject({
      code: 'TaskTimedOut',
    });
    expect(await endOf(states, 'one')).toEqual({ status: 'SUCCEEDED', output: { ok: true } });
    await states.close();
  });

  test('that was never given is invalid, and an answer that is no JSON is refused', async () => {
    const { states, taskToken } = await untilWaiting(machine(TOKEN_TASK));
    await expect(api(states, 'SendTaskSuccess', { taskToken: 'x', output: '1' })).rejects.toMatchObject({
      code: 'InvalidToken',
    });
    await expect(api(states, 'SendTaskSuccess', { taskToken, output: '{' })).rejects.toMatchObject({
      code: 'InvalidOutput',
    });
    await states.close();
  });

  test('is answered in the next life of the interpreter', async () => {
    const { restart, taskToken } = await untilWaiting(machine(TOKEN_TASK));
    const resumed = await restart();
    await api(resumed, 'SendTaskSuccess', { taskToken, output: '1' });
    expect((await endOf(resumed, 'one')).output).toBe(1);
    await resumed.close();
  });

  test('keeps its deadline over a restart, divided by the speed', async () => {
    const { restart, clock, taskToken } = await untilWaiting(machine(TOKEN_TASK), 10);
    clock.now += 6001;
    const resumed = await restart();
    expect((await endOf(resumed, 'one')).output).toEqual({ Error: 'States.Timeout', Cause: '' });
    await expect(api(resumed, 'SendTaskSuccess', { taskToken, output: '1' })).rejects.toMatchObject({
      code: 'TaskTimedOut',
    });
    await resumed.close();
  });

  test('dies with its execution when the time of the machine is over', async () => {
    const { restart, clock, taskToken } = await untilWaiting({ ...machine(TOKEN_TASK), TimeoutSeconds: 50 });
    clock.now += 50_000;
    const resumed = await restart();
    expect(await endOf(resumed, 'one')).toEqual({ status: 'TIMED_OUT', error: 'States.Timeout' });
    await expect(api(resumed, 'SendTaskSuccess', { taskToken, output: '1' })).rejects.toMatchObject({
      code: 'TaskTimedOut',
    });
    await resumed.close();
  });
});

test('the token of a try that failed is spent, and the next try has its own', async () => {
  const tokens: string[] = [];
  const definition = machine({ ...TOKEN_TASK, Retry: [{ ErrorEquals: ['E'], JitterStrategy: 'FULL' }] });
  const states = statesOf(new DatabaseSync(':memory:'), definition, {
    chance: { random: () => 0, newId: () => crypto.randomUUID() },
    call: async (_caller, _service, _action, input) => {
      tokens.push(String(input.Payload));
      return tokens.length === 1 ? { FunctionError: 'Unhandled', Payload: { errorType: 'E' } } : {};
    },
  });
  await start(states, 'one', {});
  await until(waitsForToken(states));
  const [first, second] = tokens;
  await expect(api(states, 'SendTaskSuccess', { taskToken: first, output: '1' })).rejects.toMatchObject({
    code: 'TaskTimedOut',
  });
  await api(states, 'SendTaskSuccess', { taskToken: second, output: '2' });
  expect((await endOf(states, 'one')).output).toBe(2);
  await states.close();
});

describe('a wait', () => {
  test('between two tries is kept over a restart, and is not divided by the speed', async () => {
    const database = new DatabaseSync(':memory:');
    const clock = { now: 0 };
    let calls = 0;
    const definition = machine({
      ...TOKEN_TASK,
      Resource: 'arn:aws:states:::lambda:invoke',
      Arguments: { FunctionName: 'f', Payload: {} },
      Retry: [{ ErrorEquals: ['E'], IntervalSeconds: 30 }],
    });
    const next = (): States =>
      statesOf(database, definition, {
        speed: 100,
        now: () => clock.now,
        call: async () => {
          calls += 1;
          return calls === 1
            ? { FunctionError: 'Unhandled', Payload: { errorType: 'E' } }
            : { Payload: 'second' };
        },
      });
    const states = next();
    await start(states, 'one', {});
    await until(async () => (await historyOf(states, 'one')).some(({ type }) => type === 'TaskFailed'));
    await states.close();
    clock.now = 29_999;
    const early = next();
    early.resume();
    await new Promise((resolve) => setTimeout(resolve, 5));
    await early.close();
    expect(calls).toBe(1);
    clock.now = 30_000;
    const late = next();
    late.resume();
    expect((await endOf(late, 'one')).output).toEqual({ Payload: 'second' });
    await late.close();
  });
});
