import { commit, type Ending, end } from './commit.ts';
import type { Json, JsonObject, Shaping } from './definition.ts';
import { bindings, outerStateOf, type Run, retryCount, stateOf, wakeKey } from './engine.ts';
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
import type { Doing, Frame } from './frame.ts';
import { type EventDraft, exitedDetails, failureDetails } from './history.ts';

/** How a state is left: what may shape its output, what the output is otherwise, and where to. */
export type Exit = {
  readonly shaping: Shaping;
  readonly fallback: Json;
  readonly next: string | undefined;
  readonly outcome?: { readonly result?: Json; readonly errorOutput?: Json };
  readonly events?: readonly EventDraft[];
  readonly drop?: readonly string[];
};

// The quota of Step Functions for the data between two states.
const LARGEST_BYTES = 262_144;

/** Leaves a state. Output and Assign both see the variables as they were: neither sees the other's effect. */
export async function leave(run: Run, frame: Frame, exit: Exit): Promise<Frame> {
  const state = stateOf(run, frame);
  const names = bindings(run, frame, exit.outcome);
  const { Output, Assign } = exit.shaping;
  const output = Output === undefined ? exit.fallback : await evaluate(Output, 'Output', names);
  const assigned = Assign === undefined ? {} : await evaluateAs(Assign, 'Assign', names, AN_OBJECT);
  if (Buffer.byteLength(JSON.stringify(output)) > LARGEST_BYTES) throw tooLarge(frame.state);
  const exited = { type: `${state.Type}StateExited`, details: exitedDetails(frame.state, output, assigned) };
  const events = [...(exit.events ?? []), exited];
  const drop = exit.drop ?? [];
  if (exit.next === undefined) return conclude(run, frame, { events, drop }, { kind: 'done', output });
  return commit(run, frame, { events, drop, next: atDoorOf(exit.next, frame, output, assigned) });
}

function atDoorOf(state: string, frame: Frame, input: Json, assigned: JsonObject): Partial<Frame> {
  const variables = { ...frame.variables, ...assigned };
  return { state, input, variables, attempts: [], doing: { kind: 'entering' } };
}

function tooLarge(state: string): Error {
  const cause = `The state/task '${state}' returned a result with a size exceeding the maximum number of bytes service limit.`;
  return stateFailure({ error: 'States.DataLimitExceeded', cause });
}

type Last = { readonly events: readonly EventDraft[]; readonly drop: readonly string[] };
type Conclusion = Extract<Doing, { readonly kind: 'done' | 'failed' }>;

/** Ends a frame; the execution ends with its root. */
async function conclude(run: Run, frame: Frame, last: Last, doing: Conclusion): Promise<Frame> {
  const { engine, execution } = run;
  const done = doing.kind === 'done';
  const ending: Ending = done
    ? { status: 'SUCCEEDED', output: JSON.stringify(doing.output) }
    : { status: 'FAILED', failure: doing.failure };
  const ended = await commit(run, frame, {
    events: [...last.events, ...iterationEvent(run, frame, done ? 'Succeeded' : 'Failed')],
    drop: last.drop,
    next: { doing },
    also: () => {
      if (frame.parent === undefined) end(engine, execution, ending);
    },
  });
  engine.sleeper.wake(wakeKey(execution.arn, frame.parent ?? 'deadline'));
  return ended;
}

function iterationEvent(run: Run, frame: Frame, what: 'Succeeded' | 'Failed'): readonly EventDraft[] {
  const last = frame.path.at(-1);
  if (last === undefined || outerStateOf(run, frame)?.Type !== 'Map') return [];
  return [{ type: `MapIteration${what}`, details: { name: last.state, index: frame.index } }];
}

/** A state has failed: retry it, hand it to a catcher, or give up. `events` come first in the history. */
export async function fail(
  run: Run,
  frame: Frame,
  raw: Failure,
  before: readonly EventDraft[] = [],
): Promise<Frame> {
  const state = stateOf(run, frame);
  const failure = explained(frame, raw);
  const inner = abandonInner(run, frame);
  const mapFailed = state.Type === 'Map' ? [{ type: 'MapStateFailed' }] : [];
  const events = [...before, ...evaluationEvent(frame, failure), ...inner.events, ...mapFailed];
  const isTask = state.Type === 'Task';
  const retrier = retrierFor(state.Retry ?? [], failure, isTask, frame.attempts);
  if (retrier !== undefined) {
    const until = run.engine.now() + retrier.delayMs(run.engine.chance.random);
    const attempts = (state.Retry ?? []).map(
      (_, index) => (frame.attempts[index] ?? 0) + (index === retrier.index ? 1 : 0),
    );
    return commit(run, frame, {
      events,
      drop: inner.ids,
      next: { attempts, doing: { kind: 'retrying', until } },
    });
  }
  const caught = state.Catch?.find((catcher) => matches(catcher.ErrorEquals, failure, isTask));
  const last = { events, drop: inner.ids };
  if (caught === undefined) return giveUp(run, frame, failure, last);
  const outcome = { errorOutput: errorOutput(failure) };
  try {
    const exit = { shaping: caught, fallback: outcome.errorOutput, next: caught.Next, outcome, ...last };
    return await leave(run, frame, exit);
  } catch (thrown) {
    const inCatch = failureOf(thrown);
    if (inCatch === undefined) throw thrown;
    const said = explained(frame, inCatch);
    return giveUp(run, frame, said, { ...last, events: [...events, ...evaluationEvent(frame, said)] });
  }
}

function giveUp(run: Run, frame: Frame, failure: Failure, last: Last): Promise<Frame> {
  const parallel = stateOf(run, frame).Type === 'Parallel' ? [{ type: 'ParallelStateFailed' }] : [];
  const events = [...last.events, ...parallel];
  return conclude(run, frame, { ...last, events }, { kind: 'failed', failure });
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

/** The branches under a failed state end with it; AWS records the states they stood in as aborted. */
function abandonInner(run: Run, frame: Frame) {
  const inner = run.engine.store
    .frames(run.execution.arn)
    .filter((other) => other.id.startsWith(`${frame.id}/`));
  const parallel = stateOf(run, frame).Type === 'Parallel';
  const stood = inner.filter(({ doing }) => doing.kind !== 'done' && (parallel || doing.kind !== 'failed'));
  const types = stood.map((other) => stateOf(run, other).Type).filter((type) => type !== 'Fail');
  return { ids: inner.map(({ id }) => id), events: types.map((type) => ({ type: `${type}StateAborted` })) };
}

/** A number that differs for every try of a state: entering it again or retrying it changes it. */
export const roundOf = (frame: Frame): string => `${frame.enteredEvent}-${retryCount(frame)}`;
