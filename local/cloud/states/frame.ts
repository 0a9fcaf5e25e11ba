import type { Json, JsonObject, Path } from './definition.ts';
import type { Failure } from './failure.ts';

/** A task that has been scheduled. Times are ms since 1970; a deadline is kept over a restart, for tokens only. */
export type TaskCall = {
  readonly arguments: Json;
  readonly token?: string;
  readonly timeoutMs?: number;
  readonly deadline?: number;
};

/** What a frame does next. Everything needed to go on after a kill is in here. */
export type Doing =
  | { readonly kind: 'entering' }
  | { readonly kind: 'working' }
  | { readonly kind: 'waiting'; readonly until: number }
  | { readonly kind: 'retrying'; readonly until: number }
  | { readonly kind: 'calling'; readonly call: TaskCall }
  | { readonly kind: 'awaiting'; readonly call: TaskCall & { readonly token: string } }
  | {
      readonly kind: 'gathering';
      readonly inputs: readonly Json[];
      readonly limit: number;
      readonly started: number;
    }
  | { readonly kind: 'leaving'; readonly result: Json }
  | { readonly kind: 'done'; readonly output: Json }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** One thread of an execution: the machine itself, a branch of a Parallel or an iteration of a Map. */
export type Frame = {
  readonly id: string;
  readonly parent?: string;
  readonly index: number;
  readonly path: Path;
  readonly item?: { readonly Index: number; readonly Value: Json };
  readonly state: string;
  readonly input: Json;
  readonly variables: JsonObject;
  readonly enteredTime: string;
  readonly enteredEvent: number;
  readonly lastEvent: number;
  /** Retries spent in this state, one count per retrier. */
  readonly attempts: readonly number[];
  readonly doing: Doing;
};

type Status = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** An execution; `input` and `output` are JSON texts as the API carries them, times are ms since 1970. */
export type Execution = {
  readonly arn: string;
  readonly name: string;
  readonly machineArn: string;
  readonly input: string;
  readonly status: Status;
  readonly startedAt: number;
  readonly deadline?: number;
  readonly stoppedAt?: number;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
};

/** A task token. `outcome` is set once; then the token is spent. Dates are ms since 1970. */
export type Token = {
  readonly token: string;
  readonly execution: string;
  readonly frame: string;
  readonly heartbeatMs?: number;
  readonly heartbeatDue?: number;
  readonly deadline?: number;
  readonly outcome?: { readonly output: string } | { readonly failure: Failure } | 'spent';
};

export const ROOT = 'root';

/** A frame at the door of its first state. */
export function newFrame(start: Pick<Frame, 'id' | 'state' | 'input'> & Partial<Frame>): Frame {
  return {
    index: 0,
    path: [],
    variables: {},
    enteredTime: '',
    enteredEvent: 0,
    lastEvent: 0,
    attempts: [],
    doing: { kind: 'entering' },
    ...start,
  };
}
