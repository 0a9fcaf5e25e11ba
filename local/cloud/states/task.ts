import { AwsFailure } from '../types.ts';
import { closed, commit } from './commit.ts';
import type { Json, JsonObject } from './definition.ts';
import { bindings, type Run, stateOf, wakeKey } from './engine.ts';
import { AN_OBJECT, evaluate, evaluateAs, WHOLE_SECONDS } from './expression.ts';
import type { Failure } from './failure.ts';
import type { Frame, TaskCall } from './frame.ts';
import { failureDetails } from './history.ts';
import { fail } from './leave.ts';
import { type Target, targetOf } from './resource.ts';
import { LONGEST_MS } from './sleeper.ts';

type Answer = { readonly result: Json } | { readonly failure: Failure } | 'late';

const TIMEOUT = { error: 'States.Timeout' };
// AWS's default is 99,999,999 s, longer than a timer can count.
const NEVER = Number.POSITIVE_INFINITY;

/** Works out the arguments and time-outs of a task and stores them, before anything is called. */
export async function schedule(run: Run, frame: Frame): Promise<Frame> {
  const { engine, execution } = run;
  const state = stateOf(run, frame);
  const target = targetOf(state.Resource ?? '');
  const token = target.awaitsToken ? engine.chance.newId() : undefined;
  const names = bindings(run, frame, token === undefined ? {} : { token });
  const absent = target.plainFunction ? frame.input : {};
  const args = state.Arguments === undefined ? absent : await evaluate(state.Arguments, 'Arguments', names);
  const limit = async (field: 'TimeoutSeconds' | 'HeartbeatSeconds'): Promise<number | undefined> =>
    state[field] === undefined ? undefined : evaluateAs(state[field], field, names, WHOLE_SECONDS);
  const timeout = await limit('TimeoutSeconds');
  const heartbeat = await limit('HeartbeatSeconds');
  const scale = target.awaitsToken ? 1000 / engine.speed : 1000;
  const until = timeout === undefined ? {} : { deadline: engine.now() + timeout * scale };
  const beats =
    heartbeat === undefined
      ? {}
      : { heartbeatMs: heartbeat * scale, heartbeatDue: engine.now() + heartbeat * scale };
  const call = {
    arguments: args,
    ...(token !== undefined && { token }),
    ...(timeout !== undefined && { timeoutMs: timeout * scale }),
    ...until,
  };
  const times = {
    ...(timeout !== undefined && { timeoutInSeconds: timeout }),
    ...(heartbeat !== undefined && { heartbeatInSeconds: heartbeat }),
  };
  const details = { region: 'local', parameters: JSON.stringify(args), ...times };
  return commit(run, frame, {
    events: [taskEvent(target, 'Scheduled', details), taskEvent(target, 'Started')],
    next: { doing: { kind: 'calling', call } },
    also: () => {
      if (token === undefined) return;
      engine.store.putToken({ token, execution: execution.arn, frame: frame.id, ...until, ...beats });
    },
  });
}

/**
 * Makes the call of a scheduled task. After a kill it is made again: at least once, as after an error of Lambda
 * itself. A token keeps its stored deadline over that; a plain call gets its whole time again.
 */
export async function callTask(run: Run, frame: Frame, call: TaskCall): Promise<Frame> {
  const { engine } = run;
  const target = targetOf(stateOf(run, frame).Resource ?? '');
  const { token } = call;
  const left = token === undefined ? call.timeoutMs : (call.deadline ?? NEVER) - engine.now();
  const answer = await within(run, left ?? NEVER, ask(run, target, call));
  if (token !== undefined && engine.store.token(token)?.outcome !== undefined) {
    return commit(run, frame, { next: { doing: { kind: 'awaiting', call: { ...call, token } } } });
  }
  if (answer === 'late') return fail(run, frame, TIMEOUT, [taskEvent(target, 'TimedOut', TIMEOUT)]);
  if ('failure' in answer) {
    return fail(run, frame, answer.failure, [taskEvent(target, 'Failed', failureDetails(answer.failure))]);
  }
  if (token === undefined) return succeed(run, frame, target, answer.result);
  return commit(run, frame, {
    events: [taskEvent(target, 'Submitted', { output: JSON.stringify(answer.result) })],
    next: { doing: { kind: 'awaiting', call: { ...call, token } } },
  });
}

function succeed(run: Run, frame: Frame, target: Target, result: Json): Promise<Frame> {
  const event = taskEvent(target, 'Succeeded', { output: JSON.stringify(result) });
  return commit(run, frame, { events: [event], next: { doing: { kind: 'leaving', result } } });
}

function taskEvent(target: Target, what: string, details: JsonObject = {}) {
  const { resourceType, resource } = target;
  return { type: `Task${what}`, details: { resourceType, resource, ...details } };
}

/** Waits for a token: its answer, its heartbeat or its deadline, whichever is first. One look per turn. */
export async function awaitToken(run: Run, frame: Frame, call: TaskCall & { token: string }): Promise<Frame> {
  const { engine, execution } = run;
  const target = targetOf(stateOf(run, frame).Resource ?? '');
  const token = engine.store.token(call.token);
  const outcome = token?.outcome;
  if (outcome !== undefined && outcome !== 'spent') {
    if ('output' in outcome) return succeed(run, frame, target, JSON.parse(outcome.output));
    return fail(run, frame, outcome.failure, [taskEvent(target, 'Failed', failureDetails(outcome.failure))]);
  }
  const due = Math.min(call.deadline ?? NEVER, token?.heartbeatDue ?? NEVER);
  if (engine.now() >= due) return fail(run, frame, TIMEOUT, [taskEvent(target, 'TimedOut', TIMEOUT)]);
  await engine.sleeper.sleep(wakeKey(execution.arn, frame.id), due);
  return frame;
}

async function within(run: Run, ms: number, answer: Promise<Answer>): Promise<Answer> {
  const { closing } = run.engine;
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const onClose = (): void => reject(closed());
  closing.addEventListener('abort', onClose);
  const timer = ms > LONGEST_MS ? undefined : setTimeout(() => resolve('late'), Math.max(ms, 0));
  try {
    return await Promise.race([answer, promise]);
  } finally {
    clearTimeout(timer);
    closing.removeEventListener('abort', onClose);
  }
}

async function ask({ engine, machine }: Run, target: Target, call: TaskCall): Promise<Answer> {
  const { arguments: args } = call;
  const plain = { FunctionName: target.resource, Payload: args };
  const input = target.plainFunction ? plain : { ...asObject(args) };
  try {
    const answer = await engine.call(machine.principal, target.service, target.action, input);
    const result: Json = JSON.parse(JSON.stringify(answer ?? {}));
    return target.service === 'lambda' && target.action === 'Invoke' ? invoked(target, result) : { result };
  } catch (thrown) {
    return { failure: refusal(target, thrown) };
  }
}

/** Lambda's answer: the function's own failure names the error, its payload is the cause. */
function invoked(target: Target, result: Json): Answer {
  const { FunctionError, Payload = null } = asObject(result);
  if (FunctionError !== undefined) {
    const { errorType } = asObject(Payload);
    const error = typeof errorType === 'string' ? errorType : 'Lambda.Unknown';
    return { failure: { error, cause: JSON.stringify(Payload) } };
  }
  return { result: target.plainFunction ? Payload : result };
}

function refusal(target: Target, thrown: unknown): Failure {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (!(thrown instanceof AwsFailure)) {
    // No answer came: what an SDK reports when the connection breaks.
    return { error: `${target.errorPrefix}.SdkClientException`, cause: message };
  }
  const cause = `${message} (Service: ${target.errorPrefix}, Status Code: ${thrown.status})`;
  return { error: `${target.errorPrefix}.${thrown.code}`, cause };
}

const asObject = (value: Json): JsonObject => (AN_OBJECT.is(value) ? value : {});
