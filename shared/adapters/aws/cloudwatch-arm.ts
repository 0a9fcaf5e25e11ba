import type { ArmCounts } from '../../ports/metrics.ts';
import type { Series } from './cloudwatch-data.ts';

/** What one arm did in one interval; undefined when a statistic is missing, is no count, or contradicts the others. */
export function armAt(
  found: ReadonlyMap<string, Series>,
  arm: string,
  start: number,
  thresholds: readonly number[],
): ArmCounts | undefined {
  const value = (name: string | number) => found.get(`${arm}/${name}`)?.get(start) ?? Number.NaN;
  const n = Math.round(value('n'));
  const errors = Math.round(value('errors'));
  if (!(n > 0 && errors >= 0 && errors <= n)) return undefined;
  const slowerThan: Record<string, number> = {};
  let least = n;
  for (const ms of thresholds.toSorted((left, right) => left - right)) {
    const rank = value(ms);
    if (!(rank >= 0 && rank <= 100)) return undefined;
    // Ranks are interpolated, each on its own: no more can be slower than at the threshold before.
    least = Math.min(least, Math.round((n * (100 - rank)) / 100));
    slowerThan[String(ms)] = least;
  }
  return { n, errors, slowerThan };
}
