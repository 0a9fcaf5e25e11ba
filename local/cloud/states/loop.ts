import { closed, commit, end, isStop, type Next } from './commit.ts';
import type { Json } from './definition.ts';
import { bindings, type Engine, type Execution, type Frame, type Run, stateOf } from './engine.ts';
import { A_BOOLEAN, A_STRING, evaluateAs } from './expression.ts';
import { failureOf, stateFailure } from './failure.ts';
import { fail, leave } from './leave.ts';
import { awaitToken, callTask, schedule } from './task.ts';

/** Runs an execution from its last stored step until it ends, or until nothing more may be written. */
export async function runExecution(engine: Engine, execution: Execution): Promise<void> {
  const machine = engine.machines.get(execution.machineArn);
  if (machine === undefined) {
    engine.log('an execution cannot go on: its machine is not in the template', { execution: execution.arn });
    return;
  }
  const run = { engine, machine, execution };
  try {
    let next: Next = execution.frame;
    while (next !== undefined) next = await step(run, next);
  } catch (thrown) {
    if (isStop(thrown) || engine.closing.aborted) return;
    engine.log('the interpreter failed', { execution: execution.arn, error: String(thrown) });
    const failure = { error: 'States.Runtime', cause: String(thrown) };
    engine.store.transact(() => end(run, { status: 'FAILED', failure }));
  }
}

async function step(run: Run, frame: Frame): Promise<Next> {
  const { engine, execution } = run;
  if (engine.closing.aborted) throw closed();
  if (engine.now() >= (execution.deadline ?? Number.POSITIVE_INFINITY)) {
    const failure = { error: 'States.Timeout' };
    return commit(run, frame, { to: { end: { status: 'TIMED_OUT', failure } } });
  }
  try {
    return await advance(run, frame);
  } catch (thrown) {
    const failure = failureOf(thrown);
    if (failure === undefined) throw thrown;
    return fail(run, frame, failure);
  }
}

function advance(run: Run, frame: Frame): Promise<Next> {
  const { doing } = frame;
  switch (doing.kind) {
    case 'entering':
      return enter(run, frame);
    case 'working':
      return work(run, frame);
    case 'retrying':
      return rest(run, frame, doing.until);
    case 'calling':
      return callTask(run, frame, doing.call);
    case 'awaiting':
      return awaitToken(run, frame, doing.call);
    case 'leaving':
      return leaveWith(run, frame, doing.result, { result: doing.result });
  }
}

function enter(run: Run, frame: Frame): Promise<Next> {
  const input = { input: JSON.stringify(frame.input), inputDetails: { truncated: false } };
  const type = `${stateOf(run, frame).Type}StateEntered`;
  return commit(run, frame, {
    events: [{ type, details: { name: frame.state, ...input } }],
    to: { doing: { kind: 'working' }, enteredTime: new Date(run.engine.now()).toISOString() },
  });
}

async function rest(run: Run, frame: Frame, until: number): Promise<Next> {
  const { engine, execution } = run;
  if (engine.now() >= until) return commit(run, frame, { to: { doing: { kind: 'working' } } });
  await engine.sleeper.sleep(execution.arn, Math.min(until, execution.deadline ?? until));
  return frame;
}

function leaveWith(
  run: Run,
  frame: Frame,
  fallback: Json,
  outcome: { readonly result?: Json } = {},
): Promise<Next> {
  const state = stateOf(run, frame);
  return leave(run, frame, { shaping: state, fallback, next: state.Next, outcome });
}

function work(run: Run, frame: Frame): Promise<Next> {
  switch (stateOf(run, frame).Type) {
    case 'Pass':
    case 'Succeed':
      return leaveWith(run, frame, frame.input);
    case 'Task':
      return schedule(run, frame);
    case 'Choice':
      return choose(run, frame);
    case 'Fail':
      return failOnPurpose(run, frame);
  }
}

async function choose(run: Run, frame: Frame): Promise<Next> {
  const state = stateOf(run, frame);
  const names = bindings(run, frame);
  for (const [index, rule] of (state.Choices ?? []).entries()) {
    if (await evaluateAs(rule.Condition, `Choices[${index}]/Condition`, names, A_BOOLEAN)) {
      return leave(run, frame, { shaping: rule, fallback: frame.input, next: rule.Next });
    }
  }
  if (state.Default === undefined) {
    const cause = `No choice rule matched and the state '${frame.state}' has no Default`;
    throw stateFailure({ error: 'States.NoChoiceMatched', cause });
  }
  return leave(run, frame, { shaping: state, fallback: frame.input, next: state.Default });
}

async function failOnPurpose(run: Run, frame: Frame): Promise<Next> {
  const { Error: error, Cause: cause } = stateOf(run, frame);
  const names = bindings(run, frame);
  const failure = {
    ...(error !== undefined && { error: await evaluateAs(error, 'Error', names, A_STRING) }),
    ...(cause !== undefined && { cause: await evaluateAs(cause, 'Cause', names, A_STRING) }),
  };
  return fail(run, frame, failure);
}
