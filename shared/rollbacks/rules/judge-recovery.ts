import { decimal, fromDecimal, rule } from '../../kernel/index.ts';
import { healthySeconds, isBad, isHealthy, lastRun, type Reading } from './readings.ts';

export type JudgeRecoveryInputs = {
  readonly target: string;
  readonly mergedAt: string;
  /** Readings observed after the merge, oldest first. */
  readonly readings: readonly Reading[];
  readonly now: string;
  readonly limits: {
    readonly checks: number;
    readonly gapSeconds: number;
    readonly healthySeconds: number;
    readonly syncSeconds: number;
    readonly recoverySeconds: number;
  };
};
export type JudgeRecoveryOutcome = {
  readonly verdict: 'recovered' | 'waiting' | 'not-synced' | 'still-degraded' | 'degraded-again';
  readonly syncedAt: string | null;
  readonly healthySeconds: string;
};

/**
 * Recovered = synced to the target and Healthy for 60 s without a break. The recovery deadline counts from the first
 * reading that is synced to the target, not from the merge; before that, the sync deadline counts from the merge.
 */
export const judgeRecovery = rule(
  'judge-recovery',
  1,
  (inputs: JudgeRecoveryInputs): JudgeRecoveryOutcome => {
    const onTarget = (reading: Reading) => reading.revision === inputs.target && reading.sync === 'Synced';
    const first = inputs.readings.find(onTarget);
    const syncedAt = first?.observedAt ?? null;
    const since = first === undefined ? [] : inputs.readings.slice(inputs.readings.indexOf(first));
    const targeted = since.map((reading) =>
      onTarget(reading) ? reading : { ...reading, health: 'Unknown' },
    );
    const healthy = decimal(healthySeconds(targeted, inputs.now, inputs.limits.gapSeconds));
    return { verdict: verdictOf(inputs, since, syncedAt, healthy), syncedAt, healthySeconds: healthy };
  },
);

function verdictOf(
  inputs: JudgeRecoveryInputs,
  since: readonly Reading[],
  syncedAt: string | null,
  healthy: string,
): JudgeRecoveryOutcome['verdict'] {
  const { limits } = inputs;
  const passed = (from: string) => (Date.parse(inputs.now) - Date.parse(from)) / 1000;
  if (syncedAt === null) return passed(inputs.mergedAt) >= limits.syncSeconds ? 'not-synced' : 'waiting';
  if (fromDecimal(healthy) >= limits.healthySeconds) return 'recovered';
  const wasHealthy = since.some(isHealthy);
  if (wasHealthy && lastRun(since, isBad, limits.gapSeconds).count >= limits.checks) return 'degraded-again';
  return passed(syncedAt) >= limits.recoverySeconds ? 'still-degraded' : 'waiting';
}
