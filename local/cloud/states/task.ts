import { AwsFailure } from '../types.ts';
import { closed, commit } from './commit.ts';
import type { Json, JsonObject, State } from './definition.ts';
import { bindings, type Run, stateOf, wakeKey } from './engine.ts';
import { awsFunctions, type Bindings, evaluate, evaluateAs, WHOLE_SECONDS } from './expression.ts';
import type { Failure } from './failure.ts';
import type { Frame, TaskCall, Token } from './frame.ts';
import { failureDetails } from './history.ts';
import { fail } from './leave.ts';
import { type Target, targetOf } from './resource.ts';

type Answer = { readonly result: Json } | { readonly failure: Failure } | 'late';

const TIMEOUT = { error: 'States.Timeout' };
// AWS's default for a task: 99,999,999 s. Longer than a timer can count, so none is set.
const NEVER = Number.POSITIVE_INFINITY;

/** Works out the arguments and time-outs of a task and stores them, before anything is called. */
export async function schedule(run: Run, frame: Frame): Promise<Frame> {
  const { engine, execution } = run;
  const state = stateOf(run, frame);
  const target = targetOf(state.Resource ?? '');
  const token = target.awaitsToken ? engine.chance.newId() : undefined;
  const names = bindings(run, frame, awsFunctions(engine.chance), token === undefined ? {} : { token });
  const absent = target.plainFunction ? frame.input : {};
  const args = state.Arguments === undefined ? absent : await evaluate(state.Arguments, 'Arguments', names);
  const timeout = await seconds(state, 'TimeoutSeconds', names);
  const heartbeat = await seconds(state, 'HeartbeatSeconds', names);
  const scale = target.awaitsToken ? 1000 / engine.speed : 1000;
  const call: TaskCall = {
    arguments: args,
    ...(token !== undefined && { token }),
    ...(timeout !== undefined && { timeoutMs: timeout * scale, deadline: engine.now() + timeout * scale }),
  };
  const event = scheduledEvents(target, args, { timeout, heartbeat });
  const stored = (): Token => ({
    token: token ?? '',
    execution: execution.arn,
    frame: frame.id,
    ...(call.deadline !== undefined && { deadline: call.deadline }),
    ...(heartbeat !== undefined && {
      heartbeatMs: heartbeat * scale,
      heartbeatDue: engine.now() + heartbeat * scale,
    }),
  });
  return commit(run, frame, {
    events: event,
    next: { doing: { kind: 'calling', call } },
    also: () => {
      if (token !== undefined) engine.store.putToken(stored());
    },
  });
}

async function seconds(
  state: State,
  field: 'TimeoutSeconds' | 'HeartbeatSeconds',
  names: Bindings,
): Promise<number | undefined> {
  const template = state[field];
  return template === undefined ? undefined : evaluateAs(template, field, names, WHOLE_SECONDS);
}

function scheduledEvents(
  target: Target,
  args: Json,
  limits: { readonly timeout: number | undefined; readonly heartbeat: number | undefined },
) {
  const times = {
    ...(limits.timeout !== undefined && { timeoutInSeconds: limits.timeout }),
    ...(limits.heartbeat !== undefined && { heartbeatInSeconds: limits.heartbeat }),
  };
  if (target.plainFunction) {
    const details = { resource: target.resource, input: JSON.stringify(args), ...times };
    return [{ type: 'LambdaFunctionScheduled', details }, { type: 'LambdaFunctionStarted' }];
  }
  const { resourceType, resource } = target;
  const details = { resourceType, resource, region: 'local', parameters: JSON.stringify(args), ...times };
  return [
    { type: 'TaskScheduled', details },
    { type: 'TaskStarted', details: { resourceType, resource } },
  ];
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
  if (answer === 'late') return fail(run, frame, TIMEOUT, [ended(target, 'TimedOut', TIMEOUT)]);
  if ('failure' in answer) {
    return fail(run, frame, answer.failure, [ended(target, 'Failed', failureDetails(answer.failure))]);
  }
  if (token === undefined) return succeed(run, frame, target, answer.result);
  return commit(run, frame, {
    events: [ended(target, 'Submitted', { output: JSON.stringify(answer.result) })],
    next: { doing: { kind: 'awaiting', call: { ...call, token } } },
  });
}

function succeed(run: Run, frame: Frame, target: Target, result: Json): Promise<Frame> {
  const event = ended(target, 'Succeeded', { output: JSON.stringify(result) });
  return commit(run, frame, { events: [event], next: { doing: { kind: 'leaving', result } } });
}

function ended(target: Target, what: string, details: JsonObject) {
  if (target.plainFunction) return { type: `LambdaFunction${what}`, details };
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
    return fail(run, frame, outcome.failure, [ended(target, 'Failed', failureDetails(outcome.failure))]);
  }
  const due = Math.min(call.deadline ?? NEVER, token?.heartbeatDue ?? NEVER);
  if (engine.now() >= due) return fail(run, frame, TIMEOUT, [ended(target, 'TimedOut', TIMEOUT)]);
  await engine.sleeper.sleep(wakeKey(execution.arn, frame.id), due);
  return frame;
}

async function within(run: Run, ms: number, answer: Promise<Answer>): Promise<Answer> {
  const { closing } = run.engine;
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const onClose = (): void => reject(closed());
  closing.addEventListener('abort', onClose);
  const timer = ms === NEVER ? undefined : setTimeout(() => resolve('late'), Math.max(ms, 0));
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
  const input: Record<string, unknown> = target.plainFunction ? plain : asObject(args);
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

const asObject = (value: Json): Record<string, Json> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? ({ ...value } as Record<string, Json>)
    : {};
