import { AwsFailure, type AwsService } from '../types.ts';
import { answerToken, beat } from './callback.ts';
import { endNow } from './commit.ts';
import type { Engine } from './engine.ts';
import type { Execution } from './frame.ts';
import { numberOf, optionalText, text } from './input.ts';
import { machineOf, startExecution } from './start.ts';

type Input = Record<string, unknown>;

/** The API of Step Functions, as far as the template's roles and the CLI use it. Dates are seconds since 1970. */
export function statesService(engine: Engine): AwsService {
  const actions: Readonly<Record<string, (input: Input) => unknown>> = {
    StartExecution: (input) => startExecution(engine, input),
    StopExecution: (input) => stopExecution(engine, input),
    DescribeExecution: (input) => describeExecution(engine, input),
    ListExecutions: (input) => listExecutions(engine, input),
    GetExecutionHistory: (input) => history(engine, input),
    DescribeStateMachine: (input) => describeMachine(engine, input),
    SendTaskSuccess: (input) => answerToken(engine, input, { output: outputOf(input) }),
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

function outputOf(input: Input): string {
  const output = text(input, 'output');
  try {
    JSON.parse(output);
    return output;
  } catch {
    throw new AwsFailure('InvalidOutput', 'Invalid Output: the output is not JSON');
  }
}

function failureIn(input: Input) {
  const error = optionalText(input, 'error');
  const cause = optionalText(input, 'cause');
  return { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
}

function stopExecution(engine: Engine, input: Input) {
  const { arn } = found(engine, input);
  endNow(engine, arn, { status: 'ABORTED', failure: failureIn(input) });
  return { stopDate: engine.now() / 1000 };
}

function found(engine: Engine, input: Input): Execution {
  const arn = text(input, 'executionArn');
  const execution = engine.store.execution(arn);
  if (execution === undefined) {
    throw new AwsFailure('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
  }
  return execution;
}

function summary(execution: Execution) {
  return {
    executionArn: execution.arn,
    stateMachineArn: execution.machineArn,
    name: execution.name,
    status: execution.status,
    startDate: execution.startedAt / 1000,
    ...(execution.stoppedAt !== undefined && { stopDate: execution.stoppedAt / 1000 }),
    redriveCount: 0,
  };
}

function describeExecution(engine: Engine, input: Input) {
  const execution = found(engine, input);
  const { output, error, cause } = execution;
  return {
    ...summary(execution),
    input: execution.input,
    inputDetails: { included: true },
    ...(output !== undefined && { output, outputDetails: { included: true } }),
    ...(error !== undefined && { error }),
    ...(cause !== undefined && { cause }),
  };
}

function listExecutions(engine: Engine, input: Input) {
  const machineArn = text(input, 'stateMachineArn');
  machineOf(engine, machineArn);
  const status = optionalText(input, 'statusFilter');
  const all = engine.store
    .executionsOf(machineArn)
    .filter((execution) => status === undefined || execution.status === status);
  const { page, nextToken } = paged(all.map(summary), input);
  return { executions: page, ...nextToken };
}

function history(engine: Engine, input: Input) {
  const events = engine.store.history(found(engine, input).arn);
  const ordered = input.reverseOrder === true ? [...events].reverse() : events;
  const { page, nextToken } = paged(ordered, input);
  return { events: page, ...nextToken };
}

/** A page of at most `maxResults` (1 to 1,000; 100 unless told); the token is the offset of the next. */
function paged<T>(all: readonly T[], input: Input) {
  const from = Number(optionalText(input, 'nextToken') ?? 0);
  const to = from + Math.min(Math.max(numberOf(input, 'maxResults') ?? 100, 1), 1000);
  return { page: all.slice(from, to), nextToken: to < all.length ? { nextToken: String(to) } : {} };
}

function describeMachine(engine: Engine, input: Input) {
  const arn = text(input, 'stateMachineArn');
  const { name, definition, principal } = machineOf(engine, arn);
  return {
    stateMachineArn: arn,
    name,
    status: 'ACTIVE',
    type: 'STANDARD',
    definition: JSON.stringify(definition),
    ...(principal.kind === 'role' && { roleArn: principal.arn }),
  };
}
