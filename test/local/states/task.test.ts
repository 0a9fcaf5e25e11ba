import { describe, expect, test } from 'vitest';
import { AwsFailure, type CallAws } from '../../../local/cloud/types.ts';
import { machine, ROLE, run } from './harness.ts';

const task = (resource: string, more: object = {}) => ({
  Type: 'Task',
  Resource: `arn:aws:states:::${resource}`,
  Arguments: { FunctionName: 'f', Payload: {} },
  Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
  End: true,
  ...more,
});
const caught = { Caught: { Type: 'Pass' } };

describe('a task', () => {
  test('invokes the function it names, signed by the role of the machine', async () => {
    const asked: unknown[] = [];
    const { end } = await run(machine({ T: task('lambda:invoke'), ...caught }), async (...one) => {
      asked.push(one);
      return { StatusCode: 200, Payload: { n: 1 } };
    });
    expect(end).toEqual({ status: 'SUCCEEDED', output: { StatusCode: 200, Payload: { n: 1 } } });
    expect(asked).toEqual([[ROLE, 'lambda', 'Invoke', { FunctionName: 'f', Payload: {} }]]);
  });

  test('fails by the name of the function error, with the payload as its cause', async () => {
    const Payload = { errorType: 'Conflict', errorMessage: 'moved', trace: ['x'] };
    const { end } = await run(machine({ T: task('lambda:invoke'), ...caught }), async () => ({
      FunctionError: 'Unhandled',
      Payload,
    }));
    expect(end.output).toEqual({ Error: 'Conflict', Cause: JSON.stringify(Payload) });
  });

  test('fails by the name of the exception when the service refuses, and of the SDK when none answers', async () => {
    const refused = await run(machine({ T: task('lambda:invoke'), ...caught }), async () => {
      throw new AwsFailure('TooManyRequestsException', 'slow down', 429);
    });
    expect(refused.end.output).toMatchObject({ Error: 'Lambda.TooManyRequestsException' });
    const silent = await run(machine({ T: task('lambda:invoke'), ...caught }), async () => {
      throw new Error('socket hang up');
    });
    expect(silent.end.output).toMatchObject({ Error: 'Lambda.SdkClientException' });
  });

  test('that gives no answer in its time fails as States.Timeout', async () => {
    const never: CallAws = () => new Promise(() => {});
    const { end } = await run(machine({ T: task('lambda:invoke', { TimeoutSeconds: 1 }), ...caught }), never);
    expect(end.output).toEqual({ Error: 'States.Timeout', Cause: '' });
  });

  test('refuses a time-out that is not a whole number of seconds, as AWS does', async () => {
    const { end } = await run(
      machine({ T: task('lambda:invoke', { TimeoutSeconds: '{% 0.5 %}', Catch: [] }) }),
    );
    expect(end).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
  });

  test('whose result is too large fails as States.DataLimitExceeded, which States.ALL does not catch', async () => {
    const { end } = await run(machine({ T: task('lambda:invoke'), ...caught }), async () => ({
      Payload: 'x'.repeat(262_144),
    }));
    expect(end).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });
});

describe('a failure', () => {
  test('that no rule of a Choice covers is States.NoChoiceMatched', async () => {
    const { end } = await run(
      machine({
        'Which?': { Type: 'Choice', Choices: [{ Condition: false, Next: 'A' }] },
        A: { Type: 'Pass' },
      }),
    );
    expect(end).toMatchObject({ status: 'FAILED', error: 'States.NoChoiceMatched' });
  });

  test('inside its catcher ends the execution, after the failure that was caught', async () => {
    const Catch = [{ ErrorEquals: ['States.ALL'], Output: '{% $nothing %}', Next: 'Caught' }];
    const failing = { FunctionError: 'Unhandled', Payload: { errorType: 'E' } };
    const { end, history } = await run(
      machine({ T: task('lambda:invoke', { Catch }), ...caught }),
      async () => failing,
    );
    expect(end).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    expect(history.slice(-3).map(({ type }) => type)).toEqual([
      'TaskFailed',
      'EvaluationFailed',
      'ExecutionFailed',
    ]);
  });

  test('is not retried more often than MaxAttempts says, and RetryCount counts', async () => {
    const counts: unknown[] = [];
    await run(
      machine({
        T: task('lambda:invoke', {
          Arguments: { FunctionName: 'f', Payload: '{% $states.context.State.RetryCount %}' },
          Retry: [{ ErrorEquals: ['E'], MaxAttempts: 2, MaxDelaySeconds: 1, BackoffRate: 1 }],
        }),
        ...caught,
      }),
      async (_caller, _service, _action, input) => {
        counts.push(input.Payload);
        return { FunctionError: 'Unhandled', Payload: { errorType: 'E' } };
      },
    );
    expect(counts).toEqual([0, 1, 2]);
  });

  test('has its tries counted anew when the state is entered anew', async () => {
    const counts: unknown[] = [];
    const { end } = await run(
      machine({
        T: task('lambda:invoke', {
          Arguments: { FunctionName: 'f', Payload: '{% $states.context.State.RetryCount %}' },
          Retry: [{ ErrorEquals: ['E'], MaxAttempts: 1, MaxDelaySeconds: 1 }],
          Catch: [{ ErrorEquals: ['E'], Next: 'T' }],
        }),
      }),
      async (_caller, _service, _action, input) => {
        counts.push(input.Payload);
        return counts.length < 4
          ? { FunctionError: 'Unhandled', Payload: { errorType: 'E' } }
          : { Payload: 1 };
      },
    );
    expect(end.status).toBe('SUCCEEDED');
    expect(counts).toEqual([0, 1, 0, 1]);
  });
});
