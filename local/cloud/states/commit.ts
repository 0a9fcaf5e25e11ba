import { type Engine, type Run, wakeKey } from './engine.ts';
import type { Failure } from './failure.ts';
import type { Execution, Frame } from './frame.ts';
import { type EventDraft, failureDetails } from './history.ts';

/** What one step writes. `also` runs in the same transaction and is told the id of the step's last event. */
export type Change = {
  readonly events?: readonly EventDraft[];
  readonly next: Partial<Frame>;
  /** Frames of branches that end with this step; their tokens are spent. */
  readonly drop?: readonly string[];
  readonly also?: (lastEvent: number) => void;
};

export type Ending = Pick<Execution, 'status' | 'output'> & { readonly failure?: Failure };

const STOP = Symbol('stop');

/** Thrown through a loop that must write nothing more: the execution ended, the close came, or a fault killed it. */
function stop(message: string, cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), { [STOP]: true });
}
export const isStop = (thrown: unknown): boolean => thrown instanceof Error && STOP in thrown;
export const closed = (): Error => stop('the interpreter was closed');

/**
 * Stores one step of a frame in one transaction, between the two questions to the fault hook. What was not stored
 * has not happened: after a kill the frame goes on from its last stored step.
 */
export async function commit(run: Run, frame: Frame, change: Change): Promise<Frame> {
  const { engine, execution } = run;
  await ask(run, frame, 'before');
  if (!isLive(engine, execution.arn, frame.id)) throw stop('the execution or the branch has ended');
  const next = engine.store.transact(() => write(run, frame, change));
  if (next === undefined) {
    engine.sleeper.wakeAll(wakeKey(execution.arn, ''));
    throw stop('the history is full');
  }
  for (const id of change.drop ?? []) engine.sleeper.wake(wakeKey(execution.arn, id));
  await ask(run, frame, 'after');
  return next;
}

/** Whether a frame may still write. */
export function isLive(engine: Engine, executionArn: string, frameId: string): boolean {
  if (engine.closing.aborted) return false;
  if (engine.store.execution(executionArn)?.status !== 'RUNNING') return false;
  return engine.store.frame(executionArn, frameId) !== undefined;
}

async function ask(run: Run, frame: Frame, phase: 'before' | 'after'): Promise<void> {
  try {
    await run.engine.fault({ kind: 'step', name: `${run.machine.name}/${frame.state}`, phase });
  } catch (thrown) {
    throw stop(`killed ${phase} a step of '${frame.state}'`, thrown);
  }
}

function write({ engine, execution }: Run, frame: Frame, change: Change): Frame | undefined {
  const { store } = engine;
  const events = change.events ?? [];
  if (store.lastEvent(execution.arn) + events.length > engine.eventBudget) {
    const cause = `The execution reached the maximum number of history events (${engine.eventBudget}).`;
    end(engine, execution, { status: 'FAILED', failure: { error: 'States.Runtime', cause } });
    return undefined;
  }
  const lastEvent = store.appendEvents(execution.arn, events, frame.lastEvent, engine.now());
  const entered = frame.doing.kind === 'entering' && { enteredEvent: lastEvent };
  const next = { ...frame, ...change.next, ...entered, lastEvent };
  store.putFrame(execution.arn, next);
  if (holdsToken(frame) && !holdsToken(next)) store.spendTokens(execution.arn, frame.id);
  for (const id of change.drop ?? []) drop(engine, execution.arn, id);
  change.also?.(lastEvent);
  return next;
}

const holdsToken = ({ doing }: Frame): boolean => doing.kind === 'calling' || doing.kind === 'awaiting';

function drop(engine: Engine, executionArn: string, frameId: string): void {
  engine.store.spendTokens(executionArn, frameId);
  engine.store.dropFrame(executionArn, frameId);
}

const END_EVENTS = {
  SUCCEEDED: 'ExecutionSucceeded',
  FAILED: 'ExecutionFailed',
  TIMED_OUT: 'ExecutionTimedOut',
  ABORTED: 'ExecutionAborted',
  RUNNING: 'ExecutionStarted',
} as const;

/** Ends an execution inside the caller's transaction: last event, status, no frames, no open tokens. */
export function end(engine: Engine, execution: Execution, ending: Ending): void {
  const { store } = engine;
  const details =
    ending.output === undefined ? failureDetails(ending.failure ?? {}) : { output: ending.output };
  const event = { type: END_EVENTS[ending.status], details };
  store.appendEvents(execution.arn, [event], store.lastEvent(execution.arn), engine.now());
  for (const frame of store.frames(execution.arn)) drop(engine, execution.arn, frame.id);
  store.putExecution({
    ...execution,
    ...failureDetails(ending.failure ?? {}),
    status: ending.status,
    stoppedAt: engine.now(),
    ...(ending.output !== undefined && { output: ending.output }),
  });
}

/** Ends an execution from outside its steps (stop, time-out), and wakes whatever waits in it. */
export function endNow(engine: Engine, executionArn: string, ending: Ending): void {
  engine.store.transact(() => {
    const execution = engine.store.execution(executionArn);
    if (execution?.status === 'RUNNING') end(engine, execution, ending);
  });
  engine.sleeper.wakeAll(wakeKey(executionArn, ''));
}
