import { isFault } from '../kernel/index.ts';
import { METRICS } from './contract.ts';
import type { JudgeDeps } from './ports.ts';
import type { Rollout } from './rollout.ts';
import type { SeenWeight } from './rules/advance-rollout.ts';
import { shareOf } from './rules/record-shift.ts';
import { targetOf } from './target.ts';

/**
 * How the traffic of a rollout stands now. Undefined when it cannot be read: that is counted and is no verdict, so that a
 * canary is judged all the same.
 */
export async function seenWeight(deps: JudgeDeps, rollout: Rollout): Promise<SeenWeight | undefined> {
  const { canary, baseline, weight } = rollout.data;
  try {
    const { arms } = await deps.traffic.read(targetOf(rollout));
    return {
      left: weight,
      canary: shareOf(arms, canary),
      others: arms.some((arm) => arm.weight > 0 && arm.revision !== canary && arm.revision !== baseline),
    };
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    deps.meter.count(METRICS.judgeErrors, { service: rollout.service, code: thrown.name });
    return undefined;
  }
}
