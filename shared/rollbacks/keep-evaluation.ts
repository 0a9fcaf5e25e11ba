import { redact } from '../kernel/index.ts';
import type { Evaluation } from '../ports/index.ts';
import type { Attempt } from './attempt.ts';
import { isViolation, METRICS } from './contract.ts';
import type { RollbackDeps } from './ports.ts';
import { ask } from './read-world.ts';
import type { CheckInvariantsInputs, CheckInvariantsOutcome } from './rules/check-invariants.ts';

/** The look before this one; undefined where there was none, or it could not be read. */
export function lastEvaluation(deps: RollbackDeps, attempt: Attempt): Promise<Evaluation | undefined> {
  return ask(deps, 'last-evaluation', () => deps.work.evaluation(attempt.id));
}

/**
 * Keeps what this look saw, and counts what fails that did not at the look before: what waits for its merge is looked
 * at again and again. The count comes first, so that a crash between the two repeats it and loses no alarm.
 * Failing to keep it holds nothing up.
 */
export async function keepEvaluation(
  deps: RollbackDeps,
  attempt: Attempt,
  seen: {
    readonly before: Evaluation | undefined;
    readonly inputs: CheckInvariantsInputs;
    readonly outcome: CheckInvariantsOutcome;
  },
): Promise<void> {
  const { service, environment } = attempt;
  const { verdict, results, failed } = seen.outcome;
  const known = (seen.before?.results ?? []).filter(({ result }) => result === 'fail').map(({ id }) => id);
  for (const invariant of failed.filter((id) => isViolation(id) && !known.includes(id)))
    deps.meter.count(METRICS.violations, { service, environment, invariant });
  const { now: at, mode } = seen.inputs;
  await ask(deps, 'keep-evaluation', () =>
    deps.work.putEvaluation(attempt.id, redact({ at, mode, verdict, results })),
  );
}
