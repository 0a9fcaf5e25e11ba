import { commit, endNow, isLive, isStop } from './commit.ts';
import type { Json } from './definition.ts';
import { bindings, type Engine, type Run, stateOf, wakeKey } from './engine.ts';
import { A_BOOLEAN, A_STRING, evaluateAs, WHOLE_NUMBER } from './expression.ts';
import { failureOf, stateFailure } from './failure.ts';
import { fanOut, gather } from './fan-out.ts';
import type { Execution, Frame } from './frame.ts';
import { fail, leave } from './leave.ts';
import { awaitToken, callTask, schedule } from './task.ts';

/** Runs a frame from its last stored step until it ends, or until nothing more may be written. */
export async function runFrame(engine: Engine, execution: Execution, frameId: string): Promise<void> {
  const machine = engine.machines.get(execution.machineArn);
  let frame = engine.store.frame(execution.arn, frameId);
  if (machine === undefined || frame === undefined) {
    engine.log('an execution cannot go on: its machine is not in the template', { execution: execution.arn });
    return;
  }
  const run = { engine, machine, execution };
  try {
    while (isLive(engine, execution.arn, frameId) && !hasEnded(frame)) frame = await step(run, frame);
  } catch (thrown) {
    if (isStop(thrown)) return;
    engine.log('the interpreter failed', { execution: execution.arn, error: String(thrown) });
    const failure = { error: 'States.Runtime', cause: String(thrown) };
    if (!engine.closing.aborted) endNow(engine, execution.arn, { status: 'FAILED', failure });
  }
}

const hasEnded = ({ doing }: Frame): boolean => doing.kind === 'done' || doing.kind === 'failed';

async function step(run: Run, frame: Frame): Promise<Frame> {
  try {
    return await advance(run, frame);
  } catch (thrown) {
    const failure = failureOf(thrown);
    if (failure === undefined) throw thrown;
    return fail(run, frame, failure);
  }
}

function advance(run: Run, frame: Frame): Promise<Frame> {
  const { doing } = frame;
  switch (doing.kind) {
    case 'entering':
      return enter(run, frame);
    case 'working':
      return work(run, frame);
    case 'waiting':
      return afterSleep(run, frame, doing.until, () => leaveWith(run, frame, frame.input));
    case 'retrying':
      return afterSleep(run, frame, doing.until, () =>
        commit(run, frame, { next: { doing: { kind: 'working' } } }),
      );
    case 'calling':
      return callTask(run, frame, doing.call);
    case 'awaiting':
      return awaitToken(run, frame, doing.call);
    case 'gathering':
      return gather(run, frame, doing);
    case 'leaving':
      return leaveWith(run, frame, doing.result, { result: doing.result });
    case 'done':
    case 'failed':
      return Promise.resolve(frame);
  }
}

function enter(run: Run, frame: Frame): Promise<Frame> {
  const details = {
    name: frame.state,
    input: JSON.stringify(frame.input),
    inputDetails: { truncated: false },
  };
  return commit(run, frame, {
    events: [{ type: `${stateOf(run, frame).Type}StateEntered`, details }],
    next: { doing: { kind: 'working' }, enteredTime: new Date(run.engine.now()).toISOString() },
  });
}

async function afterSleep(run: Run, frame: Frame, until: number, then: () => Promise<Frame>): Promise<Frame> {
  const { engine, execution } = run;
  if (engine.now() >= until) return then();
  await engine.sleeper.sleep(wakeKey(execution.arn, frame.id), until);
  return frame;
}

function leaveWith(
  run: Run,
  frame: Frame,
  fallback: Json,
  outcome: { readonly result?: Json } = {},
): Promise<Frame> {
  const state = stateOf(run, frame);
  return leave(run, frame, { shaping: state, fallback, next: state.Next, outcome });
}

function work(run: Run, frame: Frame): Promise<Frame> {
  const state = stateOf(run, frame);
  switch (state.Type) {
    case 'Pass':
    case 'Succeed':
      return leaveWith(run, frame, frame.input);
    case 'Task':
      return schedule(run, frame);
    case 'Choice':
      return choose(run, frame);
    case 'Wait':
      return beginWait(run, frame);
    case 'Fail':
      return failOnPurpose(run, frame);
    case 'Parallel':
    case 'Map':
      return fanOut(run, frame);
  }
}

async function choose(run: Run, frame: Frame): Promise<Frame> {
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

async function beginWait(run: Run, frame: Frame): Promise<Frame> {
  const state = stateOf(run, frame);
  const { now, speed } = run.engine;
  const names = bindings(run, frame);
  const start = now();
  const end =
    state.Timestamp === undefined
      ? start + 1000 * (await evaluateAs(state.Seconds ?? 0, 'Seconds', names, WHOLE_NUMBER))
      : instant(await evaluateAs(state.Timestamp, 'Timestamp', names, A_STRING));
  const until = start + Math.max(end - start, 0) / speed;
  return commit(run, frame, { next: { doing: { kind: 'waiting', until } } });
}

const OFFSET_DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

function instant(text: string): number {
  const ms = OFFSET_DATE_TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  const cause = `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${text}`;
  const evaluation = { location: 'Timestamp' };
  throw stateFailure({ error: 'States.QueryEvaluationError', cause, evaluation });
}

async function failOnPurpose(run: Run, frame: Frame): Promise<Frame> {
  const { Error: error, Cause: cause } = stateOf(run, frame);
  const names = bindings(run, frame);
  const failure = {
    ...(error !== undefined && { error: await evaluateAs(error, 'Error', names, A_STRING) }),
    ...(cause !== undefined && { cause: await evaluateAs(cause, 'Cause', names, A_STRING) }),
  };
  return fail(run, frame, failure);
}
