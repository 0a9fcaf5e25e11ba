import { AwsFailure } from '../types.ts';
import { endNow } from './commit.ts';
import { type Engine, type Machine, wakeKey } from './engine.ts';
import { type Execution, newFrame, ROOT } from './frame.ts';

export type Input = Readonly<Record<string, unknown>>;

/** A text member of an API call. @throws AwsFailure ValidationException when it is missing */
export function text(input: Input, member: string, otherwise?: string): string {
  const value = input[member] ?? otherwise;
  if (typeof value === 'string') return value;
  throw new AwsFailure('ValidationException', `'${member}' must be a string`);
}

/** Starts an execution; the same name with the same input answers the running one, as AWS does. */
export function startExecution(engine: Engine, input: Input) {
  const machineArn = text(input, 'stateMachineArn');
  const name = text(input, 'name', engine.chance.newId());
  const payload = text(input, 'input', '{}');
  const machine = machineOf(engine, machineArn);
  check(name, payload);
  const arn = `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`;
  const existing = engine.store.execution(arn);
  if (existing !== undefined) return joined(existing, payload);
  const startedAt = engine.now();
  const limit = machine.definition.TimeoutSeconds;
  const execution: Execution = {
    arn,
    name,
    machineArn,
    input: payload,
    status: 'RUNNING',
    startedAt,
    ...(limit !== undefined && { deadline: startedAt + (limit * 1000) / engine.speed }),
  };
  begin(engine, execution, machine);
  return { executionArn: arn, startDate: startedAt / 1000 };
}

function begin(engine: Engine, execution: Execution, machine: Machine): void {
  const { store, now } = engine;
  const { arn, input } = execution;
  const { principal, definition } = machine;
  const role = principal.kind === 'role' ? { roleArn: principal.arn } : {};
  const details = { input, inputDetails: { truncated: false }, ...role };
  store.transact(() => {
    store.putExecution(execution);
    const lastEvent = store.appendEvents(arn, [{ type: 'ExecutionStarted', details }], 0, now());
    const state = definition.StartAt;
    store.putFrame(arn, newFrame({ id: ROOT, state, input: JSON.parse(input), lastEvent }));
  });
  proceed(engine, arn);
}

/** Lets every frame of an execution that has not ended go on, and keeps its deadline. */
export function proceed(engine: Engine, executionArn: string): void {
  for (const frame of engine.store.frames(executionArn)) engine.spawn(executionArn, frame.id);
  const watching = watchDeadline(engine, executionArn).finally(() => engine.loops.delete(watching));
  engine.loops.add(watching);
}

async function watchDeadline(engine: Engine, arn: string): Promise<void> {
  for (;;) {
    const execution = engine.closing.aborted ? undefined : engine.store.execution(arn);
    if (execution?.status !== 'RUNNING' || execution.deadline === undefined) return;
    if (engine.now() >= execution.deadline) {
      endNow(engine, arn, { status: 'TIMED_OUT', failure: { error: 'States.Timeout' } });
      return;
    }
    await engine.sleeper.sleep(wakeKey(arn, 'deadline'), execution.deadline);
  }
}

function joined(existing: Execution, input: string) {
  if (existing.status === 'RUNNING' && existing.input === input) {
    return { executionArn: existing.arn, startDate: existing.startedAt / 1000 };
  }
  throw new AwsFailure('ExecutionAlreadyExists', `Execution Already Exists: '${existing.arn}'`);
}

function check(name: string, input: string): void {
  if (!/^[\w.+!@()=,~-]{1,80}$/.test(name)) throw new AwsFailure('InvalidName', `Invalid Name: '${name}'`);
  try {
    JSON.parse(input);
  } catch {
    throw new AwsFailure('InvalidExecutionInput', 'Invalid State Machine Execution Input: it is not JSON');
  }
}

/** The machine behind an ARN. @throws AwsFailure StateMachineDoesNotExist */
export function machineOf(engine: Engine, arn: string): Machine {
  const machine = engine.machines.get(arn);
  if (machine !== undefined) return machine;
  throw new AwsFailure('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
}
