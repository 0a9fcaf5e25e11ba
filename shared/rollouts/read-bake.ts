import { isFault, isoTime } from '../kernel/index.ts';
import { METRICS } from './contract.ts';
import { type Missing, missedBy } from './missing-data.ts';
import type { JudgeDeps } from './ports.ts';
import { type Measured, type Missed, readMeasured } from './read-intervals.ts';
import type { Rollout } from './rollout.ts';
import type { AdvanceBakeInputs } from './rules/advance-bake.ts';
import { targetOf } from './target.ts';

/** Milliseconds since 1970. */
type Times = { readonly promoted: number; readonly now: number };

export type Since = { readonly intervals: AdvanceBakeInputs['intervals']; readonly missing?: Missing };

/** All of the traffic since the promotion, but for what was still on its way from the version before. */
export async function sinceThen(deps: JudgeDeps, rollout: Rollout, { promoted, now }: Times): Promise<Since> {
  const from = promoted + deps.timings.interval * 1000;
  if (now <= from) return { intervals: [] };
  const window = { from: isoTime(from), to: isoTime(now), thresholds: [] };
  try {
    const counts = await deps.metrics.total(targetOf(rollout), window);
    if (counts === undefined) return { intervals: [], missing: { silent: 'canary' } };
    const canary = { requests: counts.n, failures: counts.errors, slower: {} };
    return { intervals: [{ at: window.from, canary }] };
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    deps.meter.count(METRICS.judgeErrors, { service: rollout.service, code: thrown.name });
    return { intervals: [], missing: missedBy(thrown) };
  }
}

/**
 * The intervals that were over at the promotion, as they are now; none when the provider does not answer. The one in
 * which the traffic was moved is left out, as at each shift before.
 */
export async function splitOf(
  deps: JudgeDeps,
  rollout: Rollout,
  { promoted, now }: Times,
): Promise<Measured | Missed> {
  const from = rollout.data.times.started ?? isoTime(promoted);
  return readMeasured(deps, rollout, { from, to: isoTime(Math.min(now, promoted)) });
}
