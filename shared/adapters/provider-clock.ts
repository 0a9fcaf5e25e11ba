import { Fault } from '../kernel/fault.ts';
import { type Clock, isoTime } from '../kernel/time.ts';

/** Our clock, and how far a provider's may be from it, in milliseconds. */
export type ClockCheck = { readonly now: Clock; readonly toleranceMs: number };

/** A Date has whole seconds, and on a laptop at ten times the speed delays are shorter than a busy process is late. */
const LEAST_MS = 5000;

/** Of what counts as closed so many seconds after its end: that much and no more of a wrong clock it absorbs. */
export function clockWithin(now: Clock, lagSeconds: number): ClockCheck {
  return { now, toleranceMs: Math.max(LEAST_MS, lagSeconds * 1000) };
}

/**
 * Compares the Date of an answer with our clock. By one that is fast, minutes that are not over would be taken for closed, and a
 * verdict on them stays; by one that is slow, a stage would be judged by the minutes before it. `began` is when the
 * question was sent (ms). An answer without a readable Date says nothing. Throws Fault Malformed.
 */
export function checkClock(
  { now, toleranceMs }: ClockCheck,
  { date, began, of }: { readonly date: string | undefined; readonly began: number; readonly of: string },
): void {
  const theirs = Date.parse(date ?? '');
  const ended = now();
  if (Number.isNaN(theirs) || (theirs >= began - toleranceMs && theirs <= ended + toleranceMs)) return;
  const which = theirs > ended ? 'behind' : 'ahead of';
  throw new Fault(
    'Malformed',
    `our clock is ${which} that of ${of}: ${isoTime(ended)} here is ${isoTime(theirs)} there, and no minute can be called closed`,
  );
}
