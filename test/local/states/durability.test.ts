import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runKilled } from './lives.ts';

const invoke = (key: string, more: object = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: 'f', Payload: { key, ...more } },
  TimeoutSeconds: 60,
});

/** Every kind of state that is run, with a retry, a catch, a token and variables. */
const MACHINE = {
  QueryLanguage: 'JSONata',
  TimeoutSeconds: 90_000,
  StartAt: 'Begin',
  States: {
    Begin: { Type: 'Pass', Assign: { seen: ['begin'] }, Next: 'Act' },
    Act: {
      ...invoke('act', { failures: 1 }),
      Retry: [{ ErrorEquals: ['Unavailable'], JitterStrategy: 'FULL' }],
      Assign: { seen: '{% $append($seen, $states.result.Payload.key) %}' },
      Next: 'Await answer',
    },
    'Await answer': {
      ...invoke('await', { token: '{% $states.context.Task.Token %}' }),
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      TimeoutSeconds: 60_000,
      Assign: { answered: '{% $states.result.answered %}' },
      Next: 'Answered?',
    },
    'Answered?': {
      Type: 'Choice',
      Choices: [{ Condition: '{% $answered %}', Next: 'Break' }],
      Default: 'Never',
    },
    Never: { Type: 'Fail', Error: 'Never' },
    Break: {
      ...invoke('break', { failures: 9 }),
      Catch: [
        {
          ErrorEquals: ['Unavailable'],
          Assign: { seen: '{% $append($seen, $states.errorOutput.Error) %}' },
          Next: 'Finish',
        },
      ],
      Next: 'Never',
    },
    Finish: { Type: 'Succeed', Output: '{% $seen %}' },
  },
};
const OUTPUT = ['begin', 'act', 'Unavailable'];
const KEYS = ['act', 'await', 'break'];

describe('an execution whose process is killed', () => {
  test('comes to the same end wherever it was killed, and repeats at most the calls in flight', async () => {
    const whole = await runKilled(MACHINE, 0);
    expect(whole.end).toEqual({ status: 'SUCCEEDED', output: OUTPUT });
    expect(whole.asked).toBeGreaterThan(40);
    for (let killAt = 1; killAt <= whole.asked; killAt += 1) {
      const { end, world, events } = await runKilled(MACHINE, killAt);
      expect({ killAt, ...end }).toEqual({ killAt, status: 'SUCCEEDED', output: OUTPUT });
      expect([...world.calls.keys()].sort()).toEqual(KEYS);
      // No state is entered or left twice: the history is that of the undisturbed run, tries of tasks apart.
      expect({ killAt, moves: moves(events) }).toEqual({ killAt, moves: moves(whole.events) });
      // One call at most is in flight; `act` is called twice anyway, for its retry.
      const calls = [...world.calls.values()].reduce((sum, count) => sum + count, 0);
      expect({ killAt, within: calls <= KEYS.length + 1 + 1 }).toEqual({ killAt, within: true });
    }
  }, 120_000);

  test('gives what the undisturbed machine gives, for any small machine and any kill', async () => {
    const machine = fc.array(fc.constantFrom(...Object.keys(PARTS)), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(machine, fc.nat({ max: 60 }), async (kinds, killAt) => {
        const { end } = await runKilled(chain(kinds), killAt);
        expect(end).toEqual({ status: 'SUCCEEDED', output: kinds.flatMap((kind, at) => outcome(kind, at)) });
      }),
      { numRuns: 40 },
    );
  }, 120_000);
});

const moves = (events: readonly string[]) =>
  events.filter((type) => !/^Task(Scheduled|Started|Failed)$/.test(type));

// Each part appends to `seen` what `outcome` says it should.
const PARTS: Readonly<Record<string, (at: number) => object>> = {
  pass: (at) => ({ Type: 'Pass', Assign: { seen: `{% $append($seen, ${at}) %}` } }),
  task: (at) => ({
    ...invoke(`t${at}`),
    Assign: { seen: '{% $append($seen, $states.result.Payload.key) %}' },
  }),
  caught: (at) => ({
    ...invoke(`c${at}`, { failures: 9 }),
    Assign: { seen: '{% $append($seen, "not caught") %}' },
    Catch: [
      {
        ErrorEquals: ['Unavailable'],
        Assign: { seen: '{% $append($seen, $states.errorOutput.Error) %}' },
        Next: `s${at + 1}`,
      },
    ],
  }),
  choice: (at) => ({ Type: 'Choice', Choices: [], Default: `s${at + 1}` }),
};

function outcome(kind: string, at: number): readonly unknown[] {
  return { pass: [at], task: [`t${at}`], caught: ['Unavailable'], choice: [] }[kind] ?? [];
}

function chain(kinds: readonly string[]): object {
  const parts = kinds.map((kind, at) => [`s${at}`, { ...PARTS[kind]?.(at), Next: `s${at + 1}` }]);
  const ends = [`s${kinds.length}`, { Type: 'Pass', Output: '{% [$seen] %}', End: true }];
  const begin = ['Begin', { Type: 'Pass', Assign: { seen: [] }, Next: 's0' }];
  return { QueryLanguage: 'JSONata', StartAt: 'Begin', States: Object.fromEntries([begin, ...parts, ends]) };
}
