import { AwsFailure, type AwsService } from '../types.ts';
import { atDoorOf, type Engine, type Execution, type Machine, roleAs } from './engine.ts';
import { failureDetails } from './history.ts';

type Input = Readonly<Record<string, unknown>>;

/** The API of Step Functions, as far as the template's roles and the CLI use it. Dates are seconds since 1970. */
export function statesService(engine: Engine): AwsService {
  const actions: Readonly<Record<string, (input: Input) => unknown>> = {
    StartExecution: (input) => startExecution(engine, input),
    DescribeExecution: (input) => describeExecution(found(engine, input)),
    GetExecutionHistory: (input) => history(engine, input),
    SendTaskSuccess: (input) => answerToken(engine, input),
  };
  return async (action, input) => {
    const perform = actions[action];
    if (perform === undefined)
      throw new AwsFailure('UnknownOperationException', `${action} is not run locally`);
    return perform(input);
  };
}

function text(input: Input, member: string, otherwise?: string): string {
  const value = input[member] ?? otherwise;
  if (typeof value === 'string') return value;
  throw new AwsFailure('ValidationException', `'${member}' must be a string`);
}

function jsonText(input: Input, member: string, code: string, otherwise?: string): string {
  const json = text(input, member, otherwise);
  try {
    JSON.parse(json);
    return json;
  } catch {
    throw new AwsFailure(code, `Invalid '${member}': it is not JSON`);
  }
}

/** Starts an execution; the same name with the same input answers the running one, as AWS does. */
function startExecution(engine: Engine, input: Input) {
  const machineArn = text(input, 'stateMachineArn');
  const machine = engine.machines.get(machineArn);
  if (machine === undefined)
    throw new AwsFailure('StateMachineDoesNotExist', `State Machine Does Not Exist: '${machineArn}'`);
  const name = text(input, 'name', engine.chance.newId());
  if (!/^[\w.+!@()=,~-]{1,80}$/.test(name)) throw new AwsFailure('InvalidName', `Invalid Name: '${name}'`);
  const payload = jsonText(input, 'input', 'InvalidExecutionInput', '{}');
  const arn = `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`;
  const existing = engine.store.execution(arn);
  if (existing !== undefined && (existing.status !== 'RUNNING' || existing.input !== payload))
    throw new AwsFailure('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
  const { startedAt } = existing ?? begin(engine, machine, { arn, name, machineArn, input: payload });
  return { executionArn: arn, startDate: startedAt / 1000 };
}

function begin(
  engine: Engine,
  machine: Machine,
  asked: Pick<Execution, 'arn' | 'name' | 'machineArn' | 'input'>,
): Execution {
  const startedAt = engine.now();
  const { StartAt, TimeoutSeconds } = machine.definition;
  const execution: Execution = {
    ...asked,
    status: 'RUNNING',
    startedAt,
    ...(TimeoutSeconds !== undefined && { deadline: startedAt + (TimeoutSeconds * 1000) / engine.speed }),
    frame: atDoorOf(StartAt, JSON.parse(asked.input), {}),
  };
  const given = { input: asked.input, inputDetails: { truncated: false } };
  const event = { type: 'ExecutionStarted', details: { ...given, ...roleAs('roleArn', machine) } };
  engine.store.transact(() => {
    engine.store.putExecution(execution);
    engine.store.appendEvents(asked.arn, [event], startedAt);
  });
  engine.proceed(execution);
  return execution;
}

function found(engine: Engine, input: Input): Execution {
  const execution = engine.store.execution(text(input, 'executionArn'));
  if (execution === undefined) throw new AwsFailure('ExecutionDoesNotExist', 'Execution Does Not Exist');
  return execution;
}

function describeExecution(execution: Execution) {
  const { arn, machineArn, name, status, startedAt, stoppedAt, input, output } = execution;
  return {
    ...{ executionArn: arn, stateMachineArn: machineArn, name, status, redriveCount: 0 },
    startDate: startedAt / 1000,
    ...(stoppedAt !== undefined && { stopDate: stoppedAt / 1000 }),
    ...failureDetails(execution),
    ...{ input, inputDetails: { included: true } },
    ...(output !== undefined && { output, outputDetails: { included: true } }),
  };
}

/** A page of at most `maxResults` events (1 to 1,000; 100 unless told); the token is the offset of the next. */
function history(engine: Engine, input: Input) {
  const { maxResults, nextToken, reverseOrder } = input;
  const events = engine.store.history(found(engine, input).arn);
  const all = reverseOrder === true ? events.toReversed() : events;
  const from = Number(nextToken ?? 0);
  const to = from + Math.min(Math.max(Number(maxResults ?? 100), 1), 1000);
  return { events: all.slice(from, to), ...(to < all.length && { nextToken: String(to) }) };
}

/**
 * SendTaskSuccess: the first answer counts, every later one is TaskTimedOut, as is one to a token that its task no
 * longer waits for. AWS encrypts its tokens, so that one it never gave is invalid and not merely unknown.
 */
function answerToken(engine: Engine, input: Input) {
  const output = jsonText(input, 'output', 'InvalidOutput');
  const taskToken = text(input, 'taskToken');
  const token = engine.store.token(taskToken);
  if (token === undefined) throw new AwsFailure('InvalidToken', "Invalid Token: 'Invalid token'");
  const doing = engine.store.execution(token.execution)?.frame?.doing;
  const call = doing !== undefined && 'call' in doing ? doing.call : undefined;
  const inTime = engine.now() < (call?.deadline ?? Number.POSITIVE_INFINITY);
  if (call?.token !== taskToken || token.output !== undefined || !inTime)
    throw new AwsFailure('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
  engine.store.putToken(taskToken, { ...token, output });
  engine.sleeper.wake(token.execution);
  return {};
}
