import { OF_THE_TABLE } from './canary-latency.ts';
import type { Counts, Minute } from './canary-traffic.ts';

/**
 * The e-process of spec canary.md 3.1 written a second time, in its plainest form and for one metric with all of
 * alpha: what the handbook's table was made with. It says whether these streams are those of the table, and
 * what the split of alpha costs.
 */

const HARM = [1.25, 1.5, 2, 3, 5, 10, 20];
const ALPHA = 0.01;

/** The first minute, from 1, after which failures alone, or the mean over the thresholds alone, give E >= 1/alpha. */
export function referenceMinute(minutes: readonly Minute[], by: 'errors' | 'latency'): number | undefined {
  const metrics: ((counts: Counts) => number)[] =
    by === 'errors'
      ? [({ failures }) => failures]
      : OF_THE_TABLE.map(
          (index) =>
            ({ slower }) =>
              slower[index] ?? 0,
        );
  const products = metrics.map(() => HARM.map(() => 1));
  for (const [index, { canary, baseline }] of minutes.entries()) {
    const share = canary.requests / (canary.requests + baseline.requests);
    if (!(share > 0 && share < 1)) continue;
    for (const [m, of] of metrics.entries())
      HARM.forEach((ratio, k) => {
        const theta = (ratio * share) / (ratio * share + 1 - share);
        const row = products[m];
        if (row !== undefined)
          row[k] =
            (row[k] ?? 0) * (theta / share) ** of(canary) * ((1 - theta) / (1 - share)) ** of(baseline);
      });
    if (mean(products.map(mean)) >= 1 / ALPHA) return index + 1;
  }
  return undefined;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
