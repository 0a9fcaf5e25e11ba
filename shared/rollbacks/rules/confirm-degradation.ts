import { decimal, fromDecimal, rule } from '../../kernel/index.ts';
import { healthySeconds, lastBadRun, type Reading, speaksAgainst } from './readings.ts';

export type ConfirmDegradationInputs = {
  readonly readings: readonly Reading[];
  readonly now: string;
  readonly deadlineAt: string;
  readonly limits: {
    readonly checks: number;
    readonly spanSeconds: number;
    readonly gapSeconds: number;
    readonly healthySeconds: number;
  };
};

export type ConfirmDegradationOutcome = {
  readonly verdict: 'confirmed' | 'restored' | 'pending' | 'not-confirmed' | 'readings-missing';
  readonly consecutive: number;
  readonly spanSeconds: string;
  readonly healthySeconds: string;
};

/**
 * Three bad readings in a row that span at least 20 s confirm a degradation; a good one, any other answer, or a gap
 * resets the count. 60 s of unbroken health end the attempt. At the deadline: not confirmed if any reading says that the
 * service was not always degraded; otherwise too little was read.
 */
export const confirmDegradation = rule(
  'confirm-degradation',
  2,
  (inputs: ConfirmDegradationInputs): ConfirmDegradationOutcome => {
    const { limits } = inputs;
    const bad = lastBadRun(inputs.readings, limits.gapSeconds);
    const spanSeconds = decimal(bad.seconds);
    const healthy = decimal(healthySeconds(inputs.readings, inputs.now, limits.gapSeconds));
    return {
      verdict: verdictOf(inputs, bad.count, spanSeconds, healthy),
      consecutive: bad.count,
      spanSeconds,
      healthySeconds: healthy,
    };
  },
);

function verdictOf(
  inputs: ConfirmDegradationInputs,
  count: number,
  span: string,
  healthy: string,
): ConfirmDegradationOutcome['verdict'] {
  const { limits } = inputs;
  if (count >= limits.checks && fromDecimal(span) >= limits.spanSeconds) return 'confirmed';
  if (fromDecimal(healthy) >= limits.healthySeconds) return 'restored';
  if (Date.parse(inputs.now) < Date.parse(inputs.deadlineAt)) return 'pending';
  // Bad whenever somebody looked, and not looked at often enough: that is no health, a person must look.
  return inputs.readings.some(speaksAgainst) ? 'not-confirmed' : 'readings-missing';
}
