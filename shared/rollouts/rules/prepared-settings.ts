import type { JudgeSettings } from '../judge-contract.ts';
import { type Limits, limitsOf } from './judge-settings.ts';
import type { LabelGrid } from './label-process.ts';
import { type Grids, gridsOf, largeGridOf } from './metric-process.ts';

/** What depends on the settings alone. */
export type Prepared = {
  readonly grids: Grids;
  readonly large: LabelGrid | undefined;
  readonly limits: Limits;
  /** For each threshold, in their order. */
  readonly logWeights: readonly number[];
};

/** A rollout is judged every minute by the same settings. */
const prepared = new WeakMap<JudgeSettings, Prepared>();

export function preparedOf(settings: JudgeSettings): Prepared {
  const known = prepared.get(settings);
  if (known !== undefined) return known;
  const made = {
    grids: gridsOf(settings),
    large: largeGridOf(settings),
    limits: limitsOf(settings),
    logWeights: logWeightsOf(settings.latency),
  };
  prepared.set(settings, made);
  return made;
}

/** ln of each threshold's weight over their mean: added to what is averaged, it makes the mean a weighted one. */
function logWeightsOf({ thresholds, weights }: JudgeSettings['latency']): readonly number[] {
  const given = thresholds.map((ms) => weights?.[ms] ?? 1);
  const mean = given.reduce((sum, weight) => sum + weight, 0) / given.length;
  return given.map((weight) => Math.log(weight / mean));
}
