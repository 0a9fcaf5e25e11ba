import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MachineJson, StateJson } from '../support/state-graph.ts';

const FOLDER = join(import.meta.dirname, '../../statemachines');

/** The committed machines by file name. */
export const MACHINES: readonly (readonly [file: string, machine: MachineJson])[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.asl.json'))
  .map((file) => [file, JSON.parse(readFileSync(join(FOLDER, file), 'utf8'))]);

/** A machine with some of its states changed or added. */
export function withStates(machine: MachineJson, changed: Readonly<Record<string, object>>): MachineJson {
  const merged = Object.entries(changed).map(([name, change]): [string, StateJson] => [
    name,
    { Type: 'Pass', ...machine.States[name], ...change },
  ]);
  return { ...machine, States: { ...machine.States, ...Object.fromEntries(merged) } };
}

/** A substitution as a definition writes it. */
export const substitution = (name: string): string => `\${${name}}`;

const TASK = {
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: substitution('ActArn'), Payload: { id: '{% $id %}' } },
  TimeoutSeconds: 60,
  Assign: {
    expired: '{% $states.result.Payload.expired %}',
    verdict: '{% $states.result.Payload.verdict %}',
  },
  Retry: [
    {
      ErrorEquals: [
        'Lambda.ServiceException',
        'Lambda.AWSLambdaException',
        'Lambda.SdkClientException',
        'Lambda.TooManyRequestsException',
        'Unavailable',
      ],
      MaxAttempts: 3,
      JitterStrategy: 'FULL',
    },
  ],
  Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Attempt lost' }],
};

/** The smallest machine that keeps every convention and has a gate and a cycle. */
export const FIXTURE: MachineJson = {
  Comment: 'Acts until it may merge.',
  QueryLanguage: 'JSONata',
  TimeoutSeconds: 600,
  StartAt: 'Take up',
  States: {
    'Take up': { Type: 'Pass', Assign: { id: '{% $states.input.id %}' }, Next: 'Await CI' },
    'Await CI': {
      ...TASK,
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Arguments: {
        FunctionName: substitution('AwaitArn'),
        Payload: { token: '{% $states.context.Task.Token %}' },
      },
      HeartbeatSeconds: 10,
      Assign: {},
      Next: 'Check invariants',
    },
    'Check invariants': { ...TASK, Next: 'May it merge?' },
    'May it merge?': {
      Type: 'Choice',
      Choices: [
        { Condition: '{% $expired %}', Next: 'Attempt lost' },
        { Condition: "{% $verdict = 'merge' %}", Next: 'Merge pull request' },
      ],
      Default: 'Await CI',
    },
    'Merge pull request': { ...TASK, Next: 'Attempt ended' },
    'Attempt ended': { Type: 'Succeed' },
    'Attempt lost': { Type: 'Fail', Error: 'Conflict' },
  },
};
