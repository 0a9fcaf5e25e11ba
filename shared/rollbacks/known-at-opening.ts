import { millis } from '../kernel/index.ts';
import type { Attempt } from './attempt.ts';
import type { WorldDeps } from './ports.ts';
import type { InvariantAtOpening, KnownAtOpening } from './pull-request-text.ts';
import { candidateOf, limitsOf } from './read-invariants.ts';
import { checkInvariants, type InvariantId } from './rules/check-invariants.ts';
import type { Reading } from './rules/readings.ts';

/** These are about a pull request, which is not there before it is opened. */
const PENDING: Readonly<Partial<Record<InvariantId, string>>> = {
  I6: 'the checks start with this pull request',
  I7: 'open pull requests are read once this one is open',
  I8: 'the rules of the branch are read once this one is open',
};

/**
 * The eight invariants as far as they are known when a pull request is opened, from what was recorded up to the choice of
 * the candidate alone: an opening that is tried again says the same. Nothing is decided on it.
 */
export function knownAtOpening(
  deps: Pick<WorldDeps, 'timings'>,
  attempt: Attempt,
  readings: readonly Reading[],
): KnownAtOpening {
  const { mode, times, enteredAt } = attempt.data;
  const at = times.candidate ?? enteredAt;
  const recorded = readings.filter((reading) => millis(reading.observedAt) <= millis(at));
  const { results } = checkInvariants.decide({
    ...{ environment: attempt.environment, mode, now: at },
    ...{ reading: recorded.at(-1) ?? null, readings: recorded, candidate: candidateOf(attempt) },
    ...{ ci: null, pullRequest: null, conflicts: null, protection: null, approval: null },
    limits: limitsOf(deps),
  });
  const invariants = results.map((judged): InvariantAtOpening => {
    const value = PENDING[judged.id];
    return value === undefined ? judged : { id: judged.id, result: 'pending', value };
  });
  return { at, readings: recorded, invariants };
}
