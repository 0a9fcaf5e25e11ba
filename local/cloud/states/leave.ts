import { commit, type Next } from './commit.ts';
import type { Json, Shaping } from './definition.ts';
import { atDoorOf, bindings, type Frame, type Run, stateOf } from './engine.ts';
import { AN_OBJECT, evaluate, evaluateAs } from './expression.ts';
import {
  enteredAt,
  errorOutput,
  type Failure,
  failureOf,
  matches,
  retrierFor,
  stateFailure,
} from './failure.ts';
import { type EventDraft, exitedDetails, failureDetails } from './history.ts';

/** How a state is left: what may shape its output, what the output is otherwise, and where to. */
type Exit = {
  readonly shaping: Shaping;
  readonly fallback: Json;
  readonly next: string | undefined;
  readonly outcome?: { readonly result?: Json; readonly errorOutput?: Json };
  readonly events?: readonly EventDraft[];
};

// The quota of Step Functions for the data between two states.
const LARGEST_BYTES = 262_144;

/** Leaves a state. Output and Assign both see the variables as they were: neither sees the other's effect. */
export async function leave(run: Run, frame: Frame, exit: Exit): Promise<Next> {
  const names = bindings(run, frame, exit.outcome);
  const { Output, Assign } = exit.shaping;
  const output = Output === undefined ? exit.fallback : await evaluate(Output, 'Output', names);
  const assigned = Assign === undefined ? {} : await evaluateAs(Assign, 'Assign', names, AN_OBJECT);
  const text = JSON.stringify(output);
  if (Buffer.byteLength(text) > LARGEST_BYTES) throw tooLarge(frame.state);
  const type = `${stateOf(run, frame).Type}StateExited`;
  const events = [...(exit.events ?? []), { type, details: exitedDetails(frame.state, output, assigned) }];
  const to =
    exit.next === undefined
      ? { end: { status: 'SUCCEEDED', output: text } as const }
      : atDoorOf(exit.next, output, { ...frame.variables, ...assigned });
  return commit(run, frame, { events, to });
}

function tooLarge(state: string): Error {
  const cause = `The state/task '${state}' returned a result with a size exceeding the maximum number of bytes service limit.`;
  return stateFailure({ error: 'States.DataLimitExceeded', cause });
}

/** A state has failed: retry it, hand it to a catcher, or give up. `before` comes first in the history. */
export async function fail(
  run: Run,
  frame: Frame,
  raw: Failure,
  before: readonly EventDraft[] = [],
): Promise<Next> {
  const { Type, Retry = [], Catch = [] } = stateOf(run, frame);
  const failure = explained(frame, raw);
  const events = [...before, ...evaluationEvent(frame, failure)];
  const isTask = Type === 'Task';
  const retrier = retrierFor(Retry, failure, isTask, frame.attempts);
  if (retrier !== undefined) {
    const until = run.engine.now() + retrier.delayMs(run.engine.chance.random);
    const spent = (index: number) => (frame.attempts[index] ?? 0) + (index === retrier.index ? 1 : 0);
    const attempts = Retry.map((_, index) => spent(index));
    return commit(run, frame, { events, to: { attempts, doing: { kind: 'retrying', until } } });
  }
  const caught = Catch.find((catcher) => matches(catcher.ErrorEquals, failure, isTask));
  if (caught === undefined) return giveUp(run, frame, failure, events);
  const errors = errorOutput(failure);
  try {
    const outcome = { errorOutput: errors };
    return await leave(run, frame, { shaping: caught, fallback: errors, next: caught.Next, outcome, events });
  } catch (thrown) {
    const inCatch = failureOf(thrown);
    if (inCatch === undefined) throw thrown;
    const said = explained(frame, inCatch);
    return giveUp(run, frame, said, [...events, ...evaluationEvent(frame, said)]);
  }
}

function giveUp(run: Run, frame: Frame, failure: Failure, events: readonly EventDraft[]): Promise<Next> {
  return commit(run, frame, { events, to: { end: { status: 'FAILED', failure } } });
}

function explained(frame: Frame, failure: Failure): Failure {
  if (failure.evaluation === undefined) return failure;
  return { ...failure, cause: `${enteredAt(frame.state, frame.enteredEvent)}${failure.cause}` };
}

function evaluationEvent(frame: Frame, failure: Failure): readonly EventDraft[] {
  if (failure.evaluation === undefined) return [];
  const details = { ...failureDetails(failure), state: frame.state, ...failure.evaluation };
  return [{ type: 'EvaluationFailed', details }];
}
