import { fromDecimal } from '../../kernel/index.ts';
import { closeIntervals } from './intervals.ts';
import type { JudgeInputs, JudgeOutcome } from './judge-rollout.ts';

/**
 * The always-valid p of a judgement: min(1, 1 / max E over the intervals), from 0 to 1 (canary.md 3.1). For a canary no
 * worse than its baseline P(p is ever <= x) <= x, however often one looks. It is shown beside a verdict and decides
 * nothing: the judge rolls back where p <= judgeAlpha, and the settings' `spread` asks for nothing more. The kill switch
 * has its own e-value, and is not in it.
 *
 * Where the Fano factor is read from the same data the maximum is over 1 + E, as in the judge's limits, and over the
 * intervals from which on the judge rolls back: from the `estimateAfter`-th on that has a baseline with requests.
 * @param of what was judged: the intervals as they were given to the judge
 */
export function alwaysValidP({ intervals }: Pick<JudgeOutcome, 'intervals'>, of: JudgeInputs): number {
  const spared = of.settings.fano === 'estimate' ? 1 : 0;
  const most = intervals
    .slice(readableFrom(of))
    .reduce((log, step) => Math.max(log, fromDecimal(step.logE)), 0);
  const e = Math.exp(most) - spared;
  return e <= 1 ? 1 : 1 / e;
}

/** Index of the first judged interval after which the judge may roll back. */
function readableFrom({ intervals, settings: { fano, estimateAfter = 0 } }: JudgeInputs): number {
  if (fano !== 'estimate' || estimateAfter === 0) return 0;
  const { closed } = closeIntervals(intervals);
  const seen = closed.flatMap(({ baseline }, index) => ((baseline?.requests ?? 0) > 0 ? [index] : []));
  return seen[estimateAfter - 1] ?? closed.length;
}
