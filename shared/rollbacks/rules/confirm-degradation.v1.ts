/** Kept for the replay of decisions that it took. */
import { decimal, fromDecimal, rule } from '../../kernel/index.ts';
import { healthySeconds, lastBadRun, type Reading } from './readings.ts';

type ConfirmDegradationInputs = {
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

type ConfirmDegradationOutcome = {
  readonly verdict: 'confirmed' | 'restored' | 'pending' | 'not-confirmed' | 'readings-missing';
  readonly consecutive: number;
  readonly spanSeconds: string;
  readonly healthySeconds: string;
};

/**
 * Three bad readings in a row that span at least 20 s confirm a degradation; a good one, any other answer, or a gap
 * resets the count. 60 s of unbroken health end the attempt. At the deadline: never confirmed, or nothing was read.
 */
export const confirmDegradationV1 = rule(
  'confirm-degradation',
  1,
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
  const nothingUsable = inputs.readings.every((reading) => reading.health === 'Unknown');
  return nothingUsable ? 'readings-missing' : 'not-confirmed';
}
