import { decimal } from '../../kernel/index.ts';
import type { JudgeSettings } from '../judge-contract.ts';
import type { Path } from './judge-path.ts';
import { limitsOf } from './judge-settings.ts';
import {
  BELOW_GREATEST,
  greatest,
  type LabelGrid,
  logMeanExp,
  safeGrid,
  weightTerms,
} from './label-process.ts';
import { dispersionOf, logSafe, type MetricProcess } from './metric-process.ts';

/** What is still missing for SAFE if the canary is as good as the baseline, at the present rates and the present weight. */
export type Needed = {
  /** Failures in both arms together (for latency: slow requests). Null: no failure or no comparison to reckon from. */
  readonly failures: string | null;
  readonly requests: string | null;
  /** What takes longest: `errors`, or `slower than 300 ms`. */
  readonly of: string;
};

export const nothingNeeded: Needed = { failures: '0', requests: '0', of: 'errors' };

/** Beyond so many nobody waits. */
const MOST_FAILURES = 1e9;
/** More than any rounding of a sum. */
const FAR = 1e-3;

/** The exposure of the certified metric that is furthest from SAFE. */
export function neededExposure(path: Path): Needed {
  const needs = path.metrics.filter((metric) => metric.certified).map((metric) => needOf(path, metric));
  const worst = needs.reduce((most, need) => (need.requests > most.requests ? need : most));
  const whole = (value: number) => (Number.isFinite(value) ? decimal(Math.ceil(value)) : null);
  return { failures: whole(worst.labels), requests: whole(worst.requests), of: worst.of };
}

function needOf({ settings, limits, share, compared }: Path, metric: MetricProcess) {
  const of = metric.ms === undefined ? 'errors' : `slower than ${metric.ms} ms`;
  const phi = dispersionOf(metric, settings.fano);
  if (logSafe(metric, phi) >= limits.safe) return { labels: 0, requests: 0, of };
  if (share === undefined)
    return { labels: Number.POSITIVE_INFINITY, requests: Number.POSITIVE_INFINITY, of };
  const labels =
    labelsUntilSafe(
      metric.safe.map((sum) => sum / phi),
      settings,
      share,
    ) * phi;
  return {
    labels,
    requests: metric.labels === 0 ? Number.POSITIVE_INFINITY : labels * (compared.requests / metric.labels),
    of,
  };
}

/**
 * Expected number of labels until E' reaches 1/beta from where it stands, for a canary as good as the baseline:
 * the least n for which the mixture, each alternative grown by n times its expected growth, is there.
 */
export function labelsUntilSafe(sums: readonly number[], settings: JudgeSettings, share: number): number {
  const growth = safeGrowth(safeGrid(settings.rBad), share);
  const goal = limitsOf(settings).safe;
  const grown = [...sums];
  const reached = (labels: number) => {
    for (let k = 0; k < grown.length; k += 1) grown[k] = (sums[k] ?? 0) + labels * (growth[k] ?? 0);
    // most of the search is far from the goal
    const most = greatest(grown);
    if (most < goal - FAR) return false;
    return most - BELOW_GREATEST > goal + FAR || logMeanExp(grown) >= goal;
  };
  let high = 1;
  while (!reached(high)) {
    high *= 2;
    if (high > MOST_FAILURES) return Number.POSITIVE_INFINITY;
  }
  let low = 0;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (reached(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** Expected growth of ln E' with one label when the arms fail equally often: a label is the canary's with probability `share`. */
function safeGrowth(grid: LabelGrid, share: number): readonly number[] {
  return weightTerms(grid, share).map((term, k) => term + share * (grid.logRatios[k] ?? 0));
}
