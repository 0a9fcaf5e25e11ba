import type { CallAws, FaultHook, Principal } from '../types.ts';
import { type Definition, graphAt, type State } from './definition.ts';
import { awsFunctions, type Bindings, type Chance } from './expression.ts';
import type { Execution, Frame } from './frame.ts';
import type { Sleeper } from './sleeper.ts';
import type { StateStore } from './store.ts';

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
  /** Divides Wait states, token time-outs and heartbeats, and a machine's TimeoutSeconds. */
  readonly speed: number;
  readonly fault: FaultHook;
  readonly chance: Chance;
  readonly sleeper: Sleeper;
  readonly eventBudget: number;
  readonly log: (line: string, details?: Readonly<Record<string, unknown>>) => void;
  readonly closing: AbortSignal;
  /** The loops that are running, so that the close can wait for them. */
  readonly loops: Set<Promise<void>>;
  /** Starts the loop of a frame. */
  readonly spawn: (executionArn: string, frameId: string) => void;
};

/** One execution while it runs here. */
export type Run = { readonly engine: Engine; readonly machine: Machine; readonly execution: Execution };

/** The state a frame stands in. @throws Error when the machine has it no longer */
export function stateOf(run: Run, frame: Frame): State {
  const state = graphAt(run.machine.definition, frame.path).States[frame.state];
  if (state === undefined) throw new Error(`the machine has no state '${frame.state}' any more`);
  return state;
}

/** The state whose branch or iteration a frame is; undefined for the machine itself. */
export function outerStateOf(run: Run, frame: Frame): State | undefined {
  const last = frame.path.at(-1);
  if (last === undefined) return undefined;
  return graphAt(run.machine.definition, frame.path.slice(0, -1)).States[last.state];
}

/** The key under which a frame sleeps and is woken. */
export const wakeKey = (executionArn: string, frameId: string): string => `${executionArn}#${frameId}`;

export const retryCount = (frame: Frame): number => frame.attempts.reduce((sum, count) => sum + count, 0);

/** The variables of an expression: `$states`, the machine's own, and the functions of AWS. */
export function bindings(
  run: Run,
  frame: Frame,
  extra: { readonly result?: unknown; readonly errorOutput?: unknown; readonly token?: string } = {},
): Bindings {
  const { token, ...outcome } = extra;
  const { execution, machine } = run;
  const state = stateOf(run, frame);
  const retries = ['Task', 'Map', 'Parallel'].includes(state.Type);
  const role = machine.principal.kind === 'role' ? machine.principal.arn : undefined;
  const context = {
    Execution: {
      Id: execution.arn,
      Input: JSON.parse(execution.input),
      Name: execution.name,
      StartTime: new Date(execution.startedAt).toISOString(),
      RedriveCount: 0,
      ...(role !== undefined && { RoleArn: role }),
    },
    StateMachine: { Id: execution.machineArn, Name: machine.name },
    State: {
      Name: frame.state,
      EnteredTime: frame.enteredTime,
      ...(retries && { RetryCount: retryCount(frame) }),
    },
    ...(token !== undefined && { Task: { Token: token } }),
    ...(frame.item !== undefined && { Map: { Item: frame.item } }),
  };
  return {
    ...awsFunctions(run.engine.chance),
    ...frame.variables,
    states: { input: frame.input, context, ...outcome },
  };
}
