import type { JudgeSettings } from '../judge-contract.ts';
import type { Run } from './judge-run.ts';
import { logMeanExp } from './label-process.ts';
import type { MetricProcess } from './metric-process.ts';

/**
 * Whether what is bad in this sense came to the canary in as many intervals as the settings ask for: where nobody knows how
 * large bursts are, one of them may be all of the evidence. True where nothing is asked.
 */
function isSpread(metric: MetricProcess, spread: JudgeSettings['spread']): boolean {
  if (spread === undefined || metric.badIntervals >= spread.intervals) return true;
  return !(metric.ms === undefined ? spread.errors : spread.slower.includes(metric.ms));
}

/**
 * `harmOf` of the interval at hand with nothing of a metric that came in too few intervals. It is at most `harmOf`, so that
 * asking for it as well only makes wrong rollbacks rarer. To be asked after `harmOf`, whose parts it takes.
 */
export function spreadHarmOf({ settings: { spread }, metrics, errors, thresholds }: Run): number {
  const [failures, ...slow] = metrics;
  const left = (metric: MetricProcess | undefined, harm: number) =>
    metric !== undefined && isSpread(metric, spread) ? harm : Number.NEGATIVE_INFINITY;
  const ofErrors = left(failures, errors);
  if (slow.length === 0) return ofErrors;
  const ofSlow = slow.map((metric, index) => left(metric, thresholds[index] ?? Number.NEGATIVE_INFINITY));
  return meanOf([ofErrors, meanOf(ofSlow)]);
}

/** Of nothing but nothing the mean is nothing. */
function meanOf(logs: readonly number[]): number {
  return logs.every((log) => log === Number.NEGATIVE_INFINITY) ? Number.NEGATIVE_INFINITY : logMeanExp(logs);
}

/** Metrics of which what is bad came to the canary, but in too few intervals to condemn it. */
export function tooFewIntervals(
  metrics: readonly MetricProcess[],
  spread: JudgeSettings['spread'],
): readonly MetricProcess[] {
  return metrics.filter((metric) => metric.badIntervals > 0 && !isSpread(metric, spread));
}
