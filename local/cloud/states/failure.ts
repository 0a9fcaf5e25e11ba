import type { Json, Retrier } from './definition.ts';

/** Why a state failed. `evaluation` is set when an expression failed; AWS then records an event of its own. */
export type Failure = {
  readonly error?: string;
  readonly cause?: string;
  readonly evaluation?: { readonly location: string };
};

type FailureCarrier = Error & { readonly failure: Failure };

/** An Error to throw out of the work of a state. */
export function stateFailure(failure: Failure): FailureCarrier {
  return Object.assign(new Error(failure.cause ?? failure.error), { failure });
}

/** The failure a thrown thing carries, or undefined: then it is a bug, or a kill by the fault hook. */
export function failureOf(thrown: unknown): Failure | undefined {
  return thrown instanceof Error && 'failure' in thrown ? (thrown as FailureCarrier).failure : undefined;
}

/** What a Catch sees. AWS gives a timeout an empty cause, and null for what SendTaskFailure left out. */
export function errorOutput(failure: Failure): Json {
  const missing = failure.error === 'States.Timeout' ? '' : null;
  return { Error: failure.error ?? null, Cause: failure.cause ?? missing };
}

/** The prefix AWS puts before the cause of a failed evaluation. */
export function enteredAt(state: string, eventId: number): string {
  return `An error occurred while executing the state '${state}' (entered at the event id #${eventId}). `;
}

// States.ALL does not reach these two: the first is our own fault, the second would only fail again.
const TERMINAL = ['States.Runtime', 'States.DataLimitExceeded'];

/** Whether a Retry or Catch entry applies to a failure. */
export function matches(names: readonly string[], failure: Failure, isTask: boolean): boolean {
  const error = failure.error ?? '';
  if (names.includes(error)) return error !== 'States.Runtime';
  if (names.includes('States.ALL')) return !TERMINAL.includes(error);
  return names.includes('States.TaskFailed') && isTask && error !== 'States.Timeout';
}

/** The first retrier that applies, if it has an attempt left; `attempts` counts those spent, per retrier. */
export function retrierFor(
  retriers: readonly Retrier[],
  failure: Failure,
  isTask: boolean,
  attempts: readonly number[],
): { readonly index: number; readonly delayMs: (random: () => number) => number } | undefined {
  const index = retriers.findIndex((retrier) => matches(retrier.ErrorEquals, failure, isTask));
  const retrier = retriers[index];
  const spent = attempts[index] ?? 0;
  if (retrier === undefined || spent >= (retrier.MaxAttempts ?? 3)) return undefined;
  return { index, delayMs: (random) => delayMs(retrier, spent, random) };
}

/** IntervalSeconds x BackoffRate^spent, at most MaxDelaySeconds; FULL jitter draws from zero to that. In ms. */
function delayMs(retrier: Retrier, spent: number, random: () => number): number {
  const grown = (retrier.IntervalSeconds ?? 1) * (retrier.BackoffRate ?? 2) ** spent;
  const seconds = Math.min(grown, retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY);
  return seconds * 1000 * (retrier.JitterStrategy === 'FULL' ? random() : 1);
}
