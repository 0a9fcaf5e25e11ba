import type { Arm, GivenSettings, Interval } from '../../../../shared/rollouts/judge-contract.ts';
import { type JudgeOutcome, judgeRollout } from '../../../../shared/rollouts/rules/judge-rollout.ts';
import { judgeSettings } from '../../../../shared/rollouts/rules/judge-settings.ts';

type Counts = readonly [requests: number, failures: number, slower?: Readonly<Record<string, number>>];

export function arm([requests, failures, slower = {}]: Counts): Arm {
  return { requests, failures, slower: { ...slower } };
}

/** A minute of both arms; null is an arm that nobody measured. */
export function minute(at: number, canary: Counts | null, baseline: Counts | null): Interval {
  return {
    at: String(at),
    ...(canary !== null && { canary: arm(canary) }),
    ...(baseline !== null && { baseline: arm(baseline) }),
  };
}

export function minutes(count: number, canary: Counts | null, baseline: Counts | null): readonly Interval[] {
  return Array.from({ length: count }, (_, index) => minute(index, canary, baseline));
}

export function judge(intervals: readonly Interval[], given: GivenSettings = {}): JudgeOutcome {
  return judgeRollout.decide({ intervals, settings: judgeSettings(given) });
}
