import type { Ending, Frame, Run } from './engine.ts';
import { type EventDraft, failureDetails } from './history.ts';

/** What one step writes: its events, and where the execution stands then, or how it ends. */
type Change = {
  readonly events?: readonly EventDraft[];
  readonly to: Partial<Frame> | { readonly end: Ending };
  /** Handed out with this step. */
  readonly token?: string | undefined;
};

/** Where an execution stands after a step; undefined when it has ended. */
export type Next = Frame | undefined;

const STOP = Symbol('stop');

/** Thrown through a loop that must write nothing more: the close came, or a fault killed it. */
function stop(message: string, cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), { [STOP]: true });
}
export const isStop = (thrown: unknown): boolean => thrown instanceof Error && STOP in thrown;
export const closed = (): Error => stop('the interpreter was closed');

/**
 * Stores one step of an execution in one transaction, between the two questions to the fault hook. What was not
 * stored has not happened: after a kill the execution goes on from its last stored step.
 */
export async function commit(run: Run, frame: Frame, change: Change): Promise<Next> {
  await ask(run, frame, 'before');
  if (run.engine.closing.aborted) throw closed();
  const next = run.engine.store.transact(() => write(run, frame, change));
  await ask(run, frame, 'after');
  return next;
}

async function ask(run: Run, frame: Frame, phase: 'before' | 'after'): Promise<void> {
  try {
    await run.engine.fault({ kind: 'step', name: `${run.machine.name}/${frame.state}`, phase });
  } catch (thrown) {
    throw stop(`killed ${phase} a step of '${frame.state}'`, thrown);
  }
}

function write(run: Run, frame: Frame, { events = [], to, token }: Change): Next {
  const { engine, execution } = run;
  const { store, eventBudget } = engine;
  if (store.lastEvent(execution.arn) + events.length > eventBudget) {
    const cause = `The execution reached the maximum number of history events (${eventBudget}).`;
    return end(run, { status: 'FAILED', failure: { error: 'States.Runtime', cause } });
  }
  const lastEvent = store.appendEvents(execution.arn, events, engine.now());
  if ('end' in to) return end(run, to.end);
  const next = { ...frame, ...to, ...(frame.doing.kind === 'entering' && { enteredEvent: lastEvent }) };
  if (token !== undefined) store.putToken(token, { execution: execution.arn });
  store.putExecution({ ...execution, frame: next });
  return next;
}

const END_EVENTS: Readonly<Record<Ending['status'], string>> = {
  SUCCEEDED: 'ExecutionSucceeded',
  FAILED: 'ExecutionFailed',
  TIMED_OUT: 'ExecutionTimedOut',
};

/** Ends an execution inside the caller's transaction: last event, status, nowhere to go on from. */
export function end({ engine, execution }: Run, { status, output, failure = {} }: Ending): undefined {
  const { frame: _, ...lasting } = execution;
  const said = { ...failureDetails(failure), ...(output !== undefined && { output }) };
  engine.store.appendEvents(execution.arn, [{ type: END_EVENTS[status], details: said }], engine.now());
  engine.store.putExecution({ ...lasting, ...said, status, stoppedAt: engine.now() });
}
