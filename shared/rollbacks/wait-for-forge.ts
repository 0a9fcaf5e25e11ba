import { type Fault, isFault, millis } from '../kernel/index.ts';
import type { Attempt } from './attempt.ts';
import type { WorldDeps } from './ports.ts';

/** A pause within one visit: the function may run for 115 s, its calls included. A longer wait takes several visits. */
const LONGEST_PAUSE_SECONDS = 65;
/** No visit follows at once on another. */
const SHORTEST_PAUSE_SECONDS = 1;
/** A visit costs the workflow seven of its 5,000 events: the pauses grow with the stay, and after an hour a person takes over. */
const OF_AGE = 10;
const LONGEST_STAY_SECONDS = 3_600;

/**
 * Waits as long as the forge asks for, if the attempt may stay until then; the workflow then comes again, and reads before
 * it writes. False where there is nothing to wait for: that is the end of it.
 */
export async function hasWaited(deps: WorldDeps, attempt: Attempt, fault: Fault): Promise<boolean> {
  const seconds = isFault(fault, 'RateLimited') ? fault.retryAfterSeconds : undefined;
  const { deadlineAt, enteredAt } = attempt.data;
  if (seconds === undefined || deadlineAt === undefined) return false;
  if (deps.clock() + seconds * 1000 >= millis(deadlineAt)) return false;
  const age = (deps.clock() - millis(enteredAt)) / 1000;
  if (age + seconds > LONGEST_STAY_SECONDS) return false;
  const pause = Math.max(seconds, age / OF_AGE, SHORTEST_PAUSE_SECONDS);
  await deps.pause(Math.min(pause, LONGEST_PAUSE_SECONDS) * 1000);
  return true;
}
