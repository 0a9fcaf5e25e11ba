import { millis } from '../kernel/index.ts';
import type { Wait } from '../ports/index.ts';
import type { Attempt } from './attempt.ts';
import type { RollbackDeps } from './ports.ts';

/** A reading at which a waiting attempt may be looked at: the interval's number, and since when its workflow waits. */
export type Turn = {
  readonly slot: number;
  /** Milliseconds since 1970; undefined where a workflow of an earlier release did not say. */
  readonly waitingSince: number | undefined;
};

/**
 * A look costs the workflow thirteen of its 5,000 events. So many readings of a stay are each worth one where each may
 * bring the merge: all of the first ten minutes; three minutes where a person has looked just before.
 */
const FIRST_LOOKS = 60;
const LOOKS = 18;
/** Later looks are a quarter of the stay's age apart, and a tenth of the whole stay at most. */
const OF_AGE = 4;
const OF_STAY = 10;

/**
 * Whether what may leave the attempt where it stands is worth a look now: every so many readings at first, then the more
 * seldom the longer it has been so. What happens after a quiet time is looked at without delay. `from` is when the stay,
 * or what is waited for within it, began (ISO).
 */
export function isLookDue(
  { clock, timings }: Pick<RollbackDeps, 'clock' | 'timings'>,
  attempt: Attempt,
  { slot, waitingSince }: Turn,
  { every, from }: { readonly every: number; readonly from?: string | undefined },
): boolean {
  const { enteredAt, deadlineAt, returns } = attempt.data;
  const interval = timings.healthCheckInterval * 1000;
  const age = clock() - millis(from ?? enteredAt);
  const isFirst = attempt.state.kind === 'AwaitingMerge' && returns === undefined && from === undefined;
  const stay = millis(deadlineAt ?? enteredAt) - millis(enteredAt);
  const gap = Math.min(age / OF_AGE, stay / OF_STAY);
  const isYoung = age <= (isFirst ? FIRST_LOOKS : LOOKS) * interval;
  if (isYoung || gap <= every * interval || waitingSince === undefined) return slot % every === 0;
  return clock() - waitingSince >= gap - interval / 2;
}

/** Whether a time that was named (ISO) has come since the workflow began to wait: then it looks at once, and once. */
export function hasCome(
  { clock }: Pick<RollbackDeps, 'clock'>,
  { waitingSince }: Turn,
  at: string | undefined,
): boolean {
  if (at === undefined || waitingSince === undefined) return false;
  return waitingSince < millis(at) && millis(at) <= clock();
}

/** Since when the workflow waits: its visit begins with the time at which it entered the state. */
export function turnAt(slot: number, { visit = '' }: Pick<Wait, 'visit'>): Turn {
  const since = Date.parse(visit.split('/')[0] ?? '');
  return { slot, waitingSince: Number.isNaN(since) ? undefined : since };
}
