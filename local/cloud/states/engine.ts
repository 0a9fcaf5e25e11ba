import type { CallAws, FaultHook, Principal } from '../types.ts';
import type { Definition, Json, JsonObject, State } from './definition.ts';
import type { Bindings } from './expression.ts';
import type { Failure } from './failure.ts';
import type { Sleeper } from './sleeper.ts';
import type { StateStore } from './store.ts';

/** A task that has been scheduled. Times are ms since 1970; a deadline is kept over a restart, for tokens only. */
export type TaskCall = {
  readonly arguments: Json;
  readonly token?: string;
  readonly timeoutMs?: number;
  readonly deadline?: number;
};

/** What an execution does next. Everything needed to go on after a kill is in here. */
type Doing =
  | { readonly kind: 'entering' | 'working' }
  | { readonly kind: 'retrying'; readonly until: number }
  | { readonly kind: 'calling'; readonly call: TaskCall }
  | { readonly kind: 'awaiting'; readonly call: TaskCall & { readonly token: string } }
  | { readonly kind: 'leaving'; readonly result: Json };

/** Where an execution stands. */
export type Frame = {
  readonly state: string;
  readonly input: Json;
  readonly variables: JsonObject;
  readonly enteredTime: string;
  readonly enteredEvent: number;
  /** Retries spent in this state, one count per retrier. */
  readonly attempts: readonly number[];
  readonly doing: Doing;
};

export type Ending = {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT';
  readonly output?: string;
  readonly failure?: Failure;
};

/** An execution; `input` and `output` are JSON texts as the API carries them, times are ms since 1970. */
export type Execution = {
  readonly arn: string;
  readonly name: string;
  readonly machineArn: string;
  readonly input: string;
  readonly status: 'RUNNING' | Ending['status'];
  readonly startedAt: number;
  readonly deadline?: number;
  readonly stoppedAt?: number;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
  /** Until it ends. */
  readonly frame?: Frame;
};

/** A state machine ready to run: substitutions done, definition checked by `parseDefinition`. */
export type Machine = {
  readonly name: string;
  readonly definition: Definition;
  /** The role that signs the machine's calls. */
  readonly principal: Principal;
};

/** What every part of the interpreter works with. */
export type Engine = {
  readonly store: StateStore;
  readonly machines: ReadonlyMap<string, Machine>;
  readonly call: CallAws;
  /** ms since 1970. */
  readonly now: () => number;
  /** Divides the time-outs of tokens and a machine's TimeoutSeconds. */
  readonly speed: number;
  readonly fault: FaultHook;
  /** Where chance and ids come from, so that a test can fix them. */
  readonly chance: { readonly random: () => number; readonly newId: () => string };
  readonly sleeper: Sleeper;
  readonly eventBudget: number;
  readonly log: (line: string, details?: Readonly<Record<string, unknown>>) => void;
  readonly closing: AbortSignal;
  /** Lets an execution go on from its last stored step. */
  readonly proceed: (execution: Execution) => void;
};

/** One execution while it runs here. */
export type Run = { readonly engine: Engine; readonly machine: Machine; readonly execution: Execution };

/** The state a frame stands in. @throws Error when the machine has it no longer */
export function stateOf({ machine }: Run, frame: Frame): State {
  const state = machine.definition.States[frame.state];
  if (state === undefined) throw new Error(`the machine has no state '${frame.state}' any more`);
  return state;
}

/** A frame at the door of a state. */
export function atDoorOf(state: string, input: Json, variables: JsonObject): Frame {
  const doing = { kind: 'entering' } as const;
  return { state, input, variables, enteredTime: '', enteredEvent: 0, attempts: [], doing };
}

/** ARN of the role a machine runs as, under the name that a record of AWS gives it. */
export function roleAs<Name extends string>(name: Name, { principal }: Machine) {
  return principal.kind === 'role' ? { [name]: principal.arn } : {};
}

/** The variables of an expression: `$states` and the machine's own. */
export function bindings(
  { execution, machine }: Run,
  frame: Frame,
  extra: { readonly result?: unknown; readonly errorOutput?: unknown; readonly token?: string } = {},
): Bindings {
  const { token, ...outcome } = extra;
  const retries = frame.attempts.reduce((sum, count) => sum + count, 0);
  const isTask = machine.definition.States[frame.state]?.Type === 'Task';
  const context = {
    Execution: {
      Id: execution.arn,
      Input: JSON.parse(execution.input),
      Name: execution.name,
      StartTime: new Date(execution.startedAt).toISOString(),
      RedriveCount: 0,
      ...roleAs('RoleArn', machine),
    },
    StateMachine: { Id: execution.machineArn, Name: machine.name },
    State: { Name: frame.state, EnteredTime: frame.enteredTime, ...(isTask && { RetryCount: retries }) },
    ...(token !== undefined && { Task: { Token: token } }),
  };
  return { ...frame.variables, states: { input: frame.input, context, ...outcome } };
}
