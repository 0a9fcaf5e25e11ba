import { commit } from './commit.ts';
import { graphAt, type Json, type State } from './definition.ts';
import { bindings, type Run, stateOf, wakeKey } from './engine.ts';
import { AN_ARRAY, type Bindings, evaluate, evaluateAs, WHOLE_NUMBER } from './expression.ts';
import { stateFailure } from './failure.ts';
import { type Doing, type Frame, newFrame } from './frame.ts';
import { fail, roundOf } from './leave.ts';

type Gathering = Extract<Doing, { readonly kind: 'gathering' }>;

/** Works out what the branches of a Parallel or the iterations of a Map start from, and stores it. */
export async function fanOut(run: Run, frame: Frame): Promise<Frame> {
  const state = stateOf(run, frame);
  const names = bindings(run, frame);
  const inputs = state.Type === 'Map' ? await items(state, frame, names) : await copies(state, frame, names);
  const limit = state.Type === 'Map' ? await concurrency(state, names) : 0;
  const details = state.Type === 'Map' ? { details: { length: inputs.length } } : {};
  return commit(run, frame, {
    events: [{ type: `${state.Type}StateStarted`, ...details }],
    next: { doing: { kind: 'gathering', inputs, limit: limit === 0 ? inputs.length : limit, started: 0 } },
  });
}

async function copies(state: State, frame: Frame, names: Bindings): Promise<readonly Json[]> {
  const input =
    state.Arguments === undefined ? frame.input : await evaluate(state.Arguments, 'Arguments', names);
  return (state.Branches ?? []).map(() => input);
}

async function items(state: State, frame: Frame, names: Bindings): Promise<readonly Json[]> {
  if (state.Items !== undefined) return evaluateAs(state.Items, 'Items', names, AN_ARRAY);
  if (AN_ARRAY.is(frame.input)) return frame.input;
  const cause = `Map state input must be an array but was: ${JSON.stringify(frame.input)}`;
  throw stateFailure({ error: 'States.QueryEvaluationError', cause, evaluation: {} });
}

async function concurrency(state: State, names: Bindings): Promise<number> {
  // AWS evaluates the tolerances of an inline map too, but acts on them in a distributed map only.
  for (const field of ['ToleratedFailureCount', 'ToleratedFailurePercentage'] as const) {
    await evaluate(state[field] ?? 0, field, names);
  }
  return evaluateAs(state.MaxConcurrency ?? 0, 'MaxConcurrency', names, WHOLE_NUMBER);
}

/** One turn of the outer frame: start the next branch, or wait for one, or take up what they brought. */
export async function gather(run: Run, frame: Frame, doing: Gathering): Promise<Frame> {
  const { engine, execution } = run;
  const prefix = branchPrefix(frame);
  const branches = engine.store.frames(execution.arn).filter((other) => other.id.startsWith(prefix));
  const mine = branches.filter((other) => other.parent === frame.id);
  const failed = mine.find((branch) => branch.doing.kind === 'failed');
  // The branch has already explained an evaluation that failed; outside it is an error like any other.
  if (failed?.doing.kind === 'failed') {
    const { evaluation: _, ...failure } = failed.doing.failure;
    return fail(run, frame, failure);
  }
  const done = mine.filter((branch) => branch.doing.kind === 'done');
  if (done.length === doing.inputs.length) return takeUp(run, frame, done);
  const running = mine.length - done.length;
  if (doing.started < doing.inputs.length && running < doing.limit) return startNext(run, frame, doing);
  await engine.sleeper.sleep(wakeKey(execution.arn, frame.id), Number.POSITIVE_INFINITY);
  return frame;
}

// A branch of an earlier try may still be running when the state is retried: each try has names of its own.
const branchPrefix = (frame: Frame): string => `${frame.id}/${roundOf(frame)}.`;

function takeUp(run: Run, frame: Frame, done: readonly Frame[]): Promise<Frame> {
  const inOrder = [...done].sort((one, other) => one.index - other.index);
  const result = inOrder.map(({ doing }) => (doing.kind === 'done' ? doing.output : null));
  return commit(run, frame, {
    events: [{ type: `${stateOf(run, frame).Type}StateSucceeded` }],
    drop: inOrder.map(({ id }) => id),
    next: { doing: { kind: 'leaving', result } },
  });
}

async function startNext(run: Run, frame: Frame, doing: Gathering): Promise<Frame> {
  const { engine, execution, machine } = run;
  const state = stateOf(run, frame);
  const index = doing.started;
  const isMap = state.Type === 'Map';
  const item = isMap ? { Index: index, Value: doing.inputs[index] ?? null } : frame.item;
  const path = [...frame.path, { state: frame.state, branch: index }];
  const branch = newFrame({
    id: `${branchPrefix(frame)}${index}`,
    parent: frame.id,
    index,
    path,
    state: graphAt(machine.definition, path).StartAt,
    input: isMap ? await selected(run, frame, item?.Value ?? null, index) : (doing.inputs[index] ?? null),
    variables: frame.variables,
    ...(item !== undefined && { item }),
  });
  const details = { name: frame.state, index };
  const next = await commit(run, frame, {
    events: isMap ? [{ type: 'MapIterationStarted', details }] : [],
    next: { doing: { ...doing, started: index + 1 } },
    also: (lastEvent) => engine.store.putFrame(execution.arn, { ...branch, lastEvent }),
  });
  engine.spawn(execution.arn, branch.id);
  return next;
}

async function selected(run: Run, frame: Frame, value: Json, index: number): Promise<Json> {
  const { ItemSelector } = stateOf(run, frame);
  if (ItemSelector === undefined) return value;
  const withItem = { ...frame, item: { Index: index, Value: value } };
  const names = bindings(run, withItem);
  return evaluate(ItemSelector, 'ItemSelector', names);
}
