import { describe, expect, test } from 'vitest';
import type { MachineJson } from '../support/state-graph.ts';
import { CONVENTIONS } from './conventions.ts';
import { FIXTURE, MACHINES, substitution, withStates } from './machines.ts';

test('at least one machine is committed', () => {
  expect(MACHINES).not.toEqual([]);
});

describe.each(MACHINES)('%s', (_file, machine) => {
  test.each(CONVENTIONS)('keeps to: $asks', ({ breaches }) => {
    expect(breaches(machine)).toEqual([]);
  });
});

const many = Object.fromEntries(
  Array.from({ length: 20 }, (_, index) => [`Rest ${'x'.repeat(index + 1)}`, { Type: 'Succeed' }]),
);
const task = (change: object): MachineJson => withStates(FIXTURE, { 'Check invariants': change });
const catching = (...lists: readonly (readonly string[])[]) => ({
  Catch: lists.map((ErrorEquals) => ({ ErrorEquals, Next: 'Attempt lost' })),
});
const { Comment: _comment, ...uncommented } = FIXTURE;
const { TimeoutSeconds: _timeout, ...unlimited } = FIXTURE;
const { QueryLanguage: _language, ...jsonpath } = FIXTURE;

/** A breach of each convention, in its order, and at least one other way to break it where there are two. */
const BREACHES: readonly (readonly [asks: string, broken: MachineJson])[] = [
  ['a Comment says', uncommented],
  ['the machine has a time-out', unlimited],
  ['the language is JSONata', jsonpath],
  ['asl-validator', task({ Next: 'Nowhere' })],
  ['at most 20', withStates(FIXTURE, many)],
  ['every Task has a time-out', task({ TimeoutSeconds: undefined })],
  ['catches all', task({ Catch: [] })],
  ['catches all', task(catching(['Conflict']))],
  ['retries what is transient', task({ Retry: [] })],
  ['retries what is transient', task({ Retry: [{ ErrorEquals: ['Unavailable'] }] })],
  ['bounded and has jitter', task({ Retry: [{ ErrorEquals: ['Unavailable'], JitterStrategy: 'FULL' }] })],
  ['bounded and has jitter', task({ Retry: [{ ErrorEquals: ['Unavailable'], MaxAttempts: 3 }] })],
  ['stands alone and last', task(catching(['States.ALL'], ['Conflict']))],
  ['stands alone and last', task(catching(['States.ALL', 'Conflict']))],
  ['is a Fault', task(catching(['Conflicting'], ['States.ALL']))],
  ['is a Fault', task(catching(['States.Everything'], ['States.ALL']))],
  ['sentence case', withStates(FIXTURE, { 'Take Up Again': {} })],
  ['question mark', withStates(FIXTURE, { 'Take up again?': {} })],
  ['question mark', withStates(FIXTURE, { 'May it': { Type: 'Choice' } })],
  ['substitution is an ARN', task({ Arguments: { FunctionName: substitution('Act') } })],
  ['no expression calculates', task({ Assign: { n: "{% $count(['a-b']) + 1 %}" } })],
  ['no expression calculates', task({ Assign: { n: '{% -$id %}' } })],
  ['assigned on every path', task({ Assign: { other: '{% $nothing.of %}' } })],
  // Caught on the way, `verdict` is not there: the catcher assigns nothing.
  ['assigned on every path', task({ Catch: [{ ErrorEquals: ['States.ALL'], Next: 'May it merge?' }] })],
  ['passes its token', withStates(FIXTURE, { 'Await CI': { Arguments: { Payload: 'token' } } })],
  ['passes its token', task({ Arguments: { Payload: '{% $states.context.Task.Token %}' } })],
  ['heartbeat is shorter', task({ HeartbeatSeconds: 60 })],
  ['heartbeat is shorter', task({ HeartbeatSeconds: 10, TimeoutSeconds: '{% $id %}' })],
];

describe('the conventions', () => {
  test('are all kept by the fixture that the breaches start from', () => {
    expect(CONVENTIONS.flatMap(({ breaches }) => breaches(FIXTURE))).toEqual([]);
  });

  test('each have a breach here', () => {
    const unbroken = CONVENTIONS.filter(({ asks }) => !BREACHES.some(([part]) => asks.includes(part)));
    expect(unbroken).toEqual([]);
  });

  test.each(BREACHES)('report a breach of "%s"', (part, broken) => {
    const found = CONVENTIONS.filter(({ asks }) => asks.includes(part)).map(({ breaches }) =>
      breaches(broken),
    );
    expect(found).toHaveLength(1);
    expect(found[0]).not.toEqual([]);
  });

  test('take a Comment that says why a task is not repeated', () => {
    const commented = task({ Retry: [], Comment: 'Not repeatable: the forge counts every try.' });
    expect(CONVENTIONS.flatMap(({ breaches }) => breaches(commented))).toEqual([]);
  });

  test('let strings, wildcards and negative literals be: they are no arithmetic', () => {
    const harmless = task({
      Assign: { expired: "{% $count($states.result.*) = -1 or 'a-b' = 'a+b' %}", verdict: 1 },
    });
    expect(CONVENTIONS.flatMap(({ breaches }) => breaches(harmless))).toEqual([]);
  });
});
