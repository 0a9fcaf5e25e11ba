import { AwsFailure } from '../types.ts';
import { closed, commit, type Next } from './commit.ts';
import { awaitsToken, type Json, type JsonObject } from './definition.ts';
import { bindings, type Frame, type Run, stateOf, type TaskCall } from './engine.ts';
import { AN_OBJECT, evaluate, evaluateAs, WHOLE_SECONDS } from './expression.ts';
import type { Failure } from './failure.ts';
import { type EventDraft, failureDetails } from './history.ts';
import { fail } from './leave.ts';
import { LONGEST_MS } from './sleeper.ts';

type Answer = { readonly result: Json } | { readonly failure: Failure } | 'late';

const TIMEOUT = { error: 'States.Timeout' };
// AWS's default is 99,999,999 s, longer than a timer can count.
const NEVER = Number.POSITIVE_INFINITY;

/** Works out the arguments and the time-out of a task and stores them, before anything is called. */
export async function schedule(run: Run, frame: Frame): Promise<Next> {
  const { engine } = run;
  const state = stateOf(run, frame);
  const token = awaitsToken(state) ? engine.chance.newId() : undefined;
  const names = bindings(run, frame, token === undefined ? {} : { token });
  const args = await evaluate(state.Arguments ?? {}, 'Arguments', names);
  const limit = state.TimeoutSeconds;
  const timeout =
    limit === undefined ? undefined : await evaluateAs(limit, 'TimeoutSeconds', names, WHOLE_SECONDS);
  // A wait for an answer is divided by the speed, the time of a real call is not.
  const timeoutMs = (timeout ?? NEVER) * (token === undefined ? 1000 : 1000 / engine.speed);
  const call = {
    arguments: args,
    ...(token !== undefined && { token }),
    ...(timeout !== undefined && { timeoutMs, deadline: engine.now() + timeoutMs }),
  };
  const parameters = { region: 'local', parameters: JSON.stringify(args) };
  const details = { ...parameters, ...(timeout !== undefined && { timeoutInSeconds: timeout }) };
  return commit(run, frame, {
    events: [taskEvent(run, frame, 'Scheduled', details), taskEvent(run, frame, 'Started')],
    to: { doing: { kind: 'calling', call } },
    token,
  });
}

/**
 * Makes the call of a scheduled task. After a kill it is made again: at least once, as after an error of Lambda
 * itself. A token keeps its stored deadline over that; a plain call gets its whole time again.
 */
export async function callTask(run: Run, frame: Frame, call: TaskCall): Promise<Next> {
  const { engine, execution } = run;
  const { token, timeoutMs = NEVER, deadline = NEVER } = call;
  const left = token === undefined ? timeoutMs : deadline - engine.now();
  const leftToAll = (execution.deadline ?? NEVER) - engine.now();
  const answer = await within(run, Math.min(left, leftToAll), ask(run, call));
  const waiting = token !== undefined && { doing: { kind: 'awaiting', call: { ...call, token } } as const };
  // The answer may be faster than the call that asked for it.
  if (waiting && engine.store.token(token ?? '')?.output !== undefined)
    return commit(run, frame, { to: waiting });
  if (answer === 'late') return leftToAll < left ? frame : timedOut(run, frame);
  if ('failure' in answer) {
    const event = taskEvent(run, frame, 'Failed', failureDetails(answer.failure));
    return fail(run, frame, answer.failure, [event]);
  }
  if (!waiting) return succeed(run, frame, answer.result);
  const submitted = taskEvent(run, frame, 'Submitted', { output: JSON.stringify(answer.result) });
  return commit(run, frame, { events: [submitted], to: waiting });
}

/** Waits for a token: its answer or its deadline, whichever is first. One look per turn. */
export async function awaitToken(run: Run, frame: Frame, call: TaskCall & { token: string }): Promise<Next> {
  const { engine, execution } = run;
  const { deadline = NEVER } = call;
  const output = engine.store.token(call.token)?.output;
  if (output !== undefined) return succeed(run, frame, JSON.parse(output));
  if (engine.now() >= deadline) return timedOut(run, frame);
  await engine.sleeper.sleep(execution.arn, Math.min(deadline, execution.deadline ?? NEVER));
  return frame;
}

function succeed(run: Run, frame: Frame, result: Json): Promise<Next> {
  const event = taskEvent(run, frame, 'Succeeded', { output: JSON.stringify(result) });
  return commit(run, frame, { events: [event], to: { doing: { kind: 'leaving', result } } });
}

const timedOut = (run: Run, frame: Frame): Promise<Next> =>
  fail(run, frame, TIMEOUT, [taskEvent(run, frame, 'TimedOut', TIMEOUT)]);

function taskEvent(run: Run, frame: Frame, what: string, details: JsonObject = {}): EventDraft {
  const resource = stateOf(run, frame).Resource?.split(':').at(-1) ?? '';
  return { type: `Task${what}`, details: { resourceType: 'lambda', resource, ...details } };
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

/** Invokes the function. Its own failure names the error, and its payload is the cause. */
async function ask({ engine, machine }: Run, call: TaskCall): Promise<Answer> {
  try {
    const input = { ...asObject(call.arguments) };
    const answer = await engine.call(machine.principal, 'lambda', 'Invoke', input);
    const result: Json = JSON.parse(JSON.stringify(answer ?? {}));
    const { FunctionError, Payload = null } = asObject(result);
    if (FunctionError === undefined) return { result };
    const { errorType } = asObject(Payload);
    const error = typeof errorType === 'string' ? errorType : 'Lambda.Unknown';
    return { failure: { error, cause: JSON.stringify(Payload) } };
  } catch (thrown) {
    return { failure: refusal(thrown) };
  }
}

function refusal(thrown: unknown): Failure {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  // No answer came: what an SDK reports when the connection breaks.
  if (!(thrown instanceof AwsFailure)) return { error: 'Lambda.SdkClientException', cause: message };
  const cause = `${message} (Service: Lambda, Status Code: ${thrown.status})`;
  return { error: `Lambda.${thrown.code}`, cause };
}

const asObject = (value: Json): JsonObject => (AN_OBJECT.is(value) ? value : {});
