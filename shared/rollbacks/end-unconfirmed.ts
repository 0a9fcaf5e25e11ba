import type { Attempt } from './attempt.ts';
import type { RollbackDeps } from './ports.ts';
import {
  type ConfirmDegradationInputs,
  type ConfirmDegradationOutcome,
  confirmDegradation,
} from './rules/confirm-degradation.ts';
import { type Move, takeStep } from './take-step.ts';

/** Ends an attempt whose degradation was not confirmed: health came back, it flapped, or nobody could read it. */
export function endUnconfirmed(
  deps: RollbackDeps,
  attempt: Attempt,
  key: string,
  inputs: ConfirmDegradationInputs,
): Promise<Attempt> {
  return takeStep(deps, attempt, {
    key,
    rule: confirmDegradation,
    inputs,
    move: (outcome) => unconfirmedMove(attempt, outcome),
  });
}

function unconfirmedMove(attempt: Attempt, outcome: ConfirmDegradationOutcome): Move {
  switch (outcome.verdict) {
    case 'restored':
      return {
        event: 'HealthRestored',
        state: { kind: 'SelfHealed', reason: 'TRANSIENT', flapping: false },
        reasons: [
          { code: 'HEALTH_RESTORED', text: `Healthy for ${outcome.healthySeconds} s without a break` },
        ],
      };
    case 'readings-missing':
      return {
        event: 'ReadingsMissing',
        state: { kind: 'AwaitingHumanReview', reason: 'NO_READING', afterMerge: false },
        reasons: [
          {
            code: 'NO_READING',
            text: `the health of ${attempt.service} was not read often enough until the deadline: three bad readings in a row were needed`,
          },
        ],
      };
    case 'not-confirmed':
    case 'confirmed':
    case 'pending':
      return {
        event: 'NotConfirmed',
        state: { kind: 'SelfHealed', reason: 'TRANSIENT', flapping: true },
        reasons: [
          { code: 'FLAPPING', text: 'never three bad readings in a row until the deadline: tell the owners' },
        ],
      };
  }
}
