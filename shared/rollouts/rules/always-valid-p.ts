import { fromDecimal } from '../../kernel/index.ts';
import type { JudgeSettings } from '../judge-contract.ts';
import type { JudgeOutcome } from './judge-rollout.ts';

/**
 * The always-valid p of a judgement: min(1, 1 / max E over the intervals), from 0 to 1 (canary.md 3.1). For a canary no
 * worse than its baseline P(p is ever <= x) <= x, however often one looks. It is shown beside a verdict and decides
 * nothing: the judge rolls back where p <= judgeAlpha. The kill switch has its own e-value, and is not in it.
 *
 * Where the Fano factor is read from the same data the maximum is over 1 + E, as in the judge's limits, and over the
 * intervals from which on the judge rolls back.
 */
export function alwaysValidP(
  { intervals }: Pick<JudgeOutcome, 'intervals'>,
  { fano, estimateAfter = 1 }: Pick<JudgeSettings, 'fano' | 'estimateAfter'>,
): number {
  const spared = fano === 'estimate' ? 1 : 0;
  const most = intervals
    .slice(Math.max(0, estimateAfter - 1))
    .reduce((log, step) => Math.max(log, fromDecimal(step.logE)), 0);
  const e = Math.exp(most) - spared;
  return e <= 1 ? 1 : 1 / e;
}
