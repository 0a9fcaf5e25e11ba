import { isoTime, millis, type Store } from '../kernel/index.ts';
import type { ArmCounts, Metrics } from '../ports/metrics.ts';
import type { LambdaTarget } from '../ports/traffic.ts';
import { type Rollout, rolloutOf } from '../rollouts/index.ts';
import { LOOK_BACK, LOOK_BACK_MARGIN } from './look-back.ts';

/** Of the newest rollouts so many are looked at. */
const MOST_ROLLOUTS = 20;
/** Seconds that the hour may lie back, before scaling: what served longer ago says little of today. */
const FURTHEST = 86_400;
/** Seconds beside a split that are not read either, before scaling: counts come by the minute. */
const BESIDE = 60;

/** Milliseconds since 1970 in which more than the version before, or another one, had traffic. */
type Split = { readonly from: number; readonly to: number };

export type QuietHour = {
  /** Milliseconds since 1970: from the time before it everything is frozen. */
  readonly until: number;
  readonly notes: readonly string[];
};

/**
 * The last hour, at most a day back, in which no earlier rollout of the service had split its traffic: after a canary that
 * failed, the hour before the next start is that canary's too. Where there is none, or the newest rollouts do not
 * reach so far back, the present hour, and a note.
 */
export async function quietHour(
  deps: { readonly store: Pick<Store, 'heads'>; readonly factor: number },
  { service, environment }: Pick<LambdaTarget, 'service' | 'environment'>,
  now: number,
): Promise<QuietHour> {
  const { items, cursor } = await deps.store.heads({
    ...{ kind: 'rollout', service, environment, limit: MOST_ROLLOUTS },
  });
  const rollouts = items.map(rolloutOf);
  const second = 1000 / deps.factor;
  const oldest = cursor === undefined ? undefined : rollouts.at(-1);
  const until = quietUntil(splitsOf(rollouts, now, BESIDE * second), {
    now,
    length: (LOOK_BACK + LOOK_BACK_MARGIN) * second,
    // what was before the oldest one that was read, nobody has looked at
    since: Math.max(now - FURTHEST * second, oldest === undefined ? 0 : millis(oldest.createdAt)),
  });
  if (until === now) return { until, notes: [] };
  if (until === undefined)
    return {
      until: now,
      notes: [
        'an earlier rollout had a share of the traffic in every hour of the last day: what is frozen is read from the last one all the same',
      ],
    };
  return {
    until,
    notes: [
      `an earlier rollout had a share of the traffic in the hour before: what is frozen is read from the hour until ${isoTime(until)}`,
    ],
  };
}

/**
 * `quietHour`, where anything was measured in it; else the present hour, and a note. With what was counted in it: undefined
 * where nothing was measured there either. Throws Fault as the metrics do.
 */
export async function measuredHour(
  deps: Parameters<typeof quietHour>[0] & { readonly metrics: Pick<Metrics, 'total'> },
  target: LambdaTarget,
  now: number,
): Promise<QuietHour & { readonly total: ArmCounts | undefined }> {
  const totalUntil = async (until: number) => {
    const from = isoTime(until - (LOOK_BACK * 1000) / deps.factor);
    const total = await deps.metrics.total(target, { from, to: isoTime(until), thresholds: [] });
    return total === undefined || total.n === 0 ? undefined : total;
  };
  const quiet = await quietHour(deps, target, now);
  const total = await totalUntil(quiet.until);
  if (total !== undefined || quiet.until === now) return { ...quiet, total };
  return {
    until: now,
    notes: [
      `nothing was measured in the hour until ${isoTime(quiet.until)}, the last without an earlier rollout: what is frozen is read from the present hour, in which one had a share of the traffic`,
    ],
    total: await totalUntil(now),
  };
}

/** The end of the last time of that length (all in milliseconds) that no split touches; undefined where none begins after `since`. */
export function quietUntil(
  splits: readonly Split[],
  { now, length, since }: { readonly now: number; readonly length: number; readonly since: number },
): number | undefined {
  let until = now;
  for (const { from, to } of splits.toSorted((a, b) => b.to - a.to))
    if (to > until - length && from < until) until = from;
  return until === now || until - length >= since ? until : undefined;
}

/** @param rollouts newest first */
export function splitsOf(
  rollouts: readonly Pick<Rollout, 'data'>[],
  now: number,
  beside: number,
): readonly Split[] {
  return rollouts.flatMap(({ data }, index) => {
    const { started, zero, promoted } = data.times;
    if (started === undefined) return [];
    // one that was left as it stood ends with the next at the latest
    const next = rollouts[index - 1]?.data.times.planned;
    const end = zero ?? promoted ?? next;
    return [
      {
        from: millis(started) - beside,
        to: end === undefined ? now : Math.min(now, millis(end) + beside),
      },
    ];
  });
}
