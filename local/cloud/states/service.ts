import { AwsFailure, type AwsService } from '../types.ts';
import { endNow } from './commit.ts';
import { type Engine, wakeKey } from './engine.ts';
import type { Execution, Token } from './frame.ts';
import { failureDetails } from './history.ts';
import { type Input, machineOf, startExecution, text } from './start.ts';

/** The API of Step Functions, as far as the template's roles and the CLI use it. Dates are seconds since 1970. */
export function statesService(engine: Engine): AwsService {
  const actions: Readonly<Record<string, (input: Input) => unknown>> = {
    StartExecution: (input) => startExecution(engine, input),
    StopExecution: (input) => stopExecution(engine, input),
    DescribeExecution: (input) => describeExecution(found(engine, input)),
    ListExecutions: (input) => listExecutions(engine, input),
    GetExecutionHistory: (input) => history(engine, input),
    DescribeStateMachine: (input) => describeMachine(engine, input),
    SendTaskSuccess: (input) => answerToken(engine, input, { output: outputIn(input) }),
    SendTaskFailure: (input) => answerToken(engine, input, { failure: failureIn(input) }),
    SendTaskHeartbeat: (input) => beat(engine, input),
  };
  return async (action, input) => {
    const perform = actions[action];
    if (perform === undefined)
      throw new AwsFailure('UnknownOperationException', `${action} is not run locally`);
    return perform(input);
  };
}

function outputIn(input: Input): string {
  const output = text(input, 'output');
  try {
    JSON.parse(output);
    return output;
  } catch {
    throw new AwsFailure('InvalidOutput', 'Invalid Output: the output is not JSON');
  }
}

const failureIn = ({ error, cause }: Input) => ({
  ...(typeof error === 'string' && { error }),
  ...(typeof cause === 'string' && { cause }),
});

function stopExecution(engine: Engine, input: Input) {
  endNow(engine, found(engine, input).arn, { status: 'ABORTED', failure: failureIn(input) });
  return { stopDate: engine.now() / 1000 };
}

function found(engine: Engine, input: Input): Execution {
  const execution = engine.store.execution(text(input, 'executionArn'));
  if (execution === undefined) throw new AwsFailure('ExecutionDoesNotExist', 'Execution Does Not Exist');
  return execution;
}

function summary({ arn, machineArn, name, status, startedAt, stoppedAt }: Execution) {
  const stopped = stoppedAt === undefined ? {} : { stopDate: stoppedAt / 1000 };
  const dates = { startDate: startedAt / 1000, ...stopped };
  return { executionArn: arn, stateMachineArn: machineArn, name, status, ...dates, redriveCount: 0 };
}

function describeExecution(execution: Execution) {
  const { input, output } = execution;
  return {
    ...summary(execution),
    ...failureDetails(execution),
    input,
    inputDetails: { included: true },
    ...(output !== undefined && { output, outputDetails: { included: true } }),
  };
}

function listExecutions(engine: Engine, input: Input) {
  const machineArn = text(input, 'stateMachineArn');
  machineOf(engine, machineArn);
  const { statusFilter } = input;
  const all = engine.store
    .executionsOf(machineArn)
    .filter(({ status }) => statusFilter === undefined || status === statusFilter)
    .sort((one, other) => other.startedAt - one.startedAt);
  const { page, rest } = paged(all, input);
  return { executions: page.map(summary), ...rest };
}

function history(engine: Engine, input: Input) {
  const events = engine.store.history(found(engine, input).arn);
  const { page, rest } = paged(input.reverseOrder === true ? [...events].reverse() : events, input);
  return { events: page, ...rest };
}

/** A page of at most `maxResults` (1 to 1,000; 100 unless told); the token is the offset of the next. */
function paged<T>(all: readonly T[], { maxResults, nextToken }: Input) {
  const from = Number(nextToken ?? 0);
  const to = from + Math.min(Math.max(Number(maxResults ?? 100), 1), 1000);
  return { page: all.slice(from, to), rest: to < all.length ? { nextToken: String(to) } : {} };
}

function describeMachine(engine: Engine, input: Input) {
  const arn = text(input, 'stateMachineArn');
  const { name, definition, principal } = machineOf(engine, arn);
  const role = principal.kind === 'role' ? { roleArn: principal.arn } : {};
  const fixed = { status: 'ACTIVE', type: 'STANDARD', ...role };
  return { stateMachineArn: arn, name, definition: JSON.stringify(definition), ...fixed };
}

/** SendTaskSuccess and SendTaskFailure: the first answer counts, every later one is TaskTimedOut. */
function answerToken(engine: Engine, input: Input, outcome: NonNullable<Token['outcome']>) {
  const token = pending(engine, input);
  engine.store.putToken({ ...token, outcome });
  engine.sleeper.wake(wakeKey(token.execution, token.frame));
  return {};
}

/** SendTaskHeartbeat: the heartbeat's time begins anew. */
function beat(engine: Engine, input: Input) {
  const token = pending(engine, input);
  const { heartbeatMs } = token;
  if (heartbeatMs !== undefined)
    engine.store.putToken({ ...token, heartbeatDue: engine.now() + heartbeatMs });
  return {};
}

// AWS encrypts its tokens, so that one it never gave is invalid and not merely unknown.
function pending(engine: Engine, input: Input): Token {
  const token = engine.store.token(text(input, 'taskToken'));
  if (token === undefined) throw new AwsFailure('InvalidToken', "Invalid Token: 'Invalid token'");
  const { outcome, deadline = Infinity, heartbeatDue = Infinity } = token;
  if (outcome === undefined && engine.now() < Math.min(deadline, heartbeatDue)) return token;
  throw new AwsFailure('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
}
