/** Kept for the replay of decisions that it took. */
import { decimal, fromDecimal, rule } from '../../kernel/index.ts';
import type { AbortReason } from '../contract.ts';
import { seenOn } from './overtake-rollback.ts';
import { healthySeconds, type Reading } from './readings.ts';

type OvertakeInputs = {
  readonly state: string;
  readonly afterMerge: boolean;
  readonly killSwitchOn: boolean;
  /** As read now; null = no pull request, or it could not be read. */
  readonly pullRequest: {
    readonly state: 'open' | 'closed' | 'merged';
    readonly mergeSha?: string | undefined;
  } | null;
  readonly readings: readonly Reading[];
  /** The revision that a merge brought: after it, only health on this one counts. */
  readonly target: string;
  readonly createdAt: string;
  readonly now: string;
  readonly limits: {
    readonly gapSeconds: number;
    readonly healthySeconds: number;
    readonly staleSeconds: number;
  };
};

type Overtaken =
  | {
      readonly event: 'KillSwitchOn' | 'PullRequestClosedByHuman' | 'Stale';
      readonly to: 'Aborted';
      readonly reason: AbortReason;
    }
  | { readonly event: 'PullRequestMergedByHuman'; readonly to: 'RollbackMerged' }
  | { readonly event: 'HealthRestored'; readonly to: 'SelfHealed' | 'RollbackComplete' };
type OvertakeOutcome = { readonly overtaken: Overtaken | null; readonly healthySeconds: string };

/**
 * What overtakes an attempt in any waiting state, in this order: a person merged or closed the pull request, the kill
 * switch, 60 s of unbroken health, 24 h of age. After the merge only health on the target ends it, or age.
 */
export const overtakeRollbackV1 = rule('overtake-rollback', 1, (inputs: OvertakeInputs): OvertakeOutcome => {
  const readings = inputs.afterMerge
    ? inputs.readings.map((reading) => seenOn(inputs.target, reading))
    : inputs.readings;
  const healthy = decimal(healthySeconds(readings, inputs.now, inputs.limits.gapSeconds));
  return { overtaken: overtakenBy(inputs, fromDecimal(healthy)), healthySeconds: healthy };
});

function overtakenBy(inputs: OvertakeInputs, healthy: number): Overtaken | null {
  const restored = healthy >= inputs.limits.healthySeconds;
  const stale = (Date.parse(inputs.now) - Date.parse(inputs.createdAt)) / 1000 >= inputs.limits.staleSeconds;
  const ended = stale ? ({ event: 'Stale', to: 'Aborted', reason: 'STALE_STATE' } as const) : null;
  // Recovery after a merge is judged against the target revision by judge-recovery.
  if (inputs.state === 'RollbackMerged') return ended;
  if (inputs.afterMerge) return restored ? { event: 'HealthRestored', to: 'RollbackComplete' } : ended;
  if (inputs.pullRequest?.state === 'merged')
    return { event: 'PullRequestMergedByHuman', to: 'RollbackMerged' };
  if (inputs.pullRequest?.state === 'closed')
    return { event: 'PullRequestClosedByHuman', to: 'Aborted', reason: 'PR_CLOSED' };
  if (inputs.killSwitchOn) return { event: 'KillSwitchOn', to: 'Aborted', reason: 'KILL_SWITCH' };
  return restored ? { event: 'HealthRestored', to: 'SelfHealed' } : ended;
}
