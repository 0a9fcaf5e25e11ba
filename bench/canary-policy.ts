import type { Interval, JudgeSettings } from '../shared/rollouts/judge-contract.ts';
import { judgeRollout } from '../shared/rollouts/rules/judge-rollout.ts';
import type { Counts, Minute } from './canary-traffic.ts';

export type Judged = {
  /** Minute, from 1, of the first automatic rollback, by the judge or by the kill switch. */
  readonly rollback: number | undefined;
  readonly by: string | undefined;
  /** Minute of the certificate, unless a rollback came first. */
  readonly safe: number | undefined;
};

/**
 * Holdfast's whole policy after every minute: the rule that production calls, once, on all minutes. Its verdict is
 * taken over all prefixes, so `firstAt` is the look at which a rollout would have gone back. A certificate
 * ends nothing here: looking on can only add rollbacks.
 */
export function judged(
  minutes: readonly Minute[],
  settings: JudgeSettings,
  thresholds: readonly number[],
): Judged {
  const intervals = intervalsOf(minutes, thresholds);
  const { by, firstAt, safeAt } = judgeRollout.decide({ intervals, settings });
  const [rollback, safe] = [firstAt, safeAt].map((at) => (at === undefined ? undefined : Number(at)));
  return { rollback, by, safe: rollback !== undefined && (safe ?? 0) >= rollback ? undefined : safe };
}

export function intervalsOf(minutes: readonly Minute[], thresholds: readonly number[]): readonly Interval[] {
  const arm = ({ requests, failures, slower }: Counts) => ({
    requests,
    failures,
    slower: byThreshold(slower, thresholds),
  });
  return minutes.map(({ canary, baseline }, index) => ({
    at: String(index + 1),
    canary: arm(canary),
    baseline: arm(baseline),
  }));
}

/** Assigned one by one: Object.fromEntries took longer than the judge. */
function byThreshold(counts: readonly number[], thresholds: readonly number[]): Record<string, number> {
  const slower: Record<string, number> = {};
  for (const [level, ms] of thresholds.entries()) slower[ms] = counts[level] ?? 0;
  return slower;
}
