import { decimal, fromDecimal } from '../../kernel/index.ts';
import type { Interval, JudgeSettings } from '../judge-contract.ts';
import {
  harmAtMost,
  harmOf,
  isReadable,
  killOf,
  type Run,
  safeOf,
  startRun,
  takeInterval,
} from './judge-run.ts';
import { logKillAtMost } from './kill-process.ts';
import { dispersionOf, excessShare, logSafeAtMost, type MetricProcess } from './metric-process.ts';
import { spreadHarmOf } from './spread.ts';

export type Ground = 'errors' | 'latency' | 'kill-switch';
/** A verdict to roll back and the interval that gave it. */
export type Condemnation = { readonly by: Ground; readonly at: string };
/** No verdict to roll back; and the interval after which it was SAFE, null for none. */
export type Uncondemned = { readonly by: null; readonly safeAt: string | null };

/** What the judge has found so far: all of its verdict, and nothing of what is only written beside it. */
export type Judgement = {
  readonly run: Run;
  /** The first interval after which it was condemned, and that after which it was safe. */
  condemned: Condemnation | undefined;
  safeAt: string | undefined;
};

export function startJudgement(settings: JudgeSettings): Judgement {
  return { run: startRun(settings), condemned: undefined, safeAt: undefined };
}

/** Takes up the next closed interval, in the order of time. A verdict once found stays: it is one over all prefixes. */
export function judgeInterval(judgement: Judgement, interval: Interval): void {
  const { run } = judgement;
  takeInterval(run, interval);
  if (judgement.safeAt === undefined && isSafe(run)) judgement.safeAt = interval.at;
  if (judgement.condemned !== undefined) return;
  const by = groundOf(run);
  if (by !== undefined) judgement.condemned = { by, at: interval.at };
}

/** More than any rounding of a sum. */
const FAR = 1e-3;

/** Whether SAFE is shown. Most intervals are far from it, and then no mean is worked out. */
function isSafe(run: Run): boolean {
  const { limits, metrics, settings } = run;
  for (const metric of metrics)
    if (metric.certified && logSafeAtMost(metric, dispersionOf(metric, settings.fano)) < limits.safe - FAR)
      return false;
  return reaches(safeOf(run), limits.safe);
}

/** What condemns the canary after the interval at hand; undefined where nothing does. */
function groundOf(run: Run): Ground | undefined {
  const { settings, limits, metrics, kill } = run;
  if (isReadable(run) && !(harmAtMost(run) < limits.harm - FAR) && isHarm(run)) {
    const by = metrics.length > 1 && run.latency > run.errors ? 'latency' : 'errors';
    if (settings.floor === null || excessOf(metrics, by) >= settings.floor) return by;
  }
  const [failures] = metrics;
  if (limits.kill === undefined || failures === undefined) return undefined;
  if (logKillAtMost(kill, failures, settings.fano) < limits.kill - FAR) return undefined;
  return reaches(killOf(run), limits.kill) ? 'kill-switch' : undefined;
}

/** Whether E is there, and is still with nothing of what may be one burst. */
function isHarm(run: Run): boolean {
  const { limits, settings } = run;
  if (!reaches(harmOf(run), limits.harm)) return false;
  return settings.spread === undefined || reaches(spreadHarmOf(run), limits.harm);
}

/** Share of the canary's requests that failed beyond the baseline's share; or the greatest of the thresholds. */
function excessOf([failures, ...thresholds]: readonly MetricProcess[], of: 'errors' | 'latency'): number {
  if (of === 'errors') return failures === undefined ? 0 : excessShare(failures);
  return thresholds.reduce((most, metric) => Math.max(most, excessShare(metric)), Number.NEGATIVE_INFINITY);
}

/** Compares the values as they stand in the outcome. Rounding costs time, so only where it can matter. */
function reaches(value: number, limit: number): boolean {
  if (Math.abs(value - limit) > 1e-6) return value > limit;
  return fromDecimal(decimal(value)) >= fromDecimal(decimal(limit));
}
