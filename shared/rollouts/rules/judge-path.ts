import type { Interval, JudgeSettings } from '../judge-contract.ts';
import { addBaseline, fanoFactor, noDispersion } from './dispersion.ts';
import {
  type Compared,
  type Ground,
  groundOf,
  harmOf,
  killOf,
  reaches,
  safeOf,
  startRun,
  takeInterval,
} from './judge-run.ts';
import type { Limits } from './judge-settings.ts';
import { killProcess, logKill, watchCanary } from './kill-process.ts';
import type { MetricProcess } from './metric-process.ts';

/** A verdict to roll back and the interval that gave it. */
export type Condemnation = { readonly by: Ground; readonly at: string };

export type Path = {
  readonly settings: JudgeSettings;
  readonly limits: Limits;
  /** Where the e-processes stand after each interval, natural logs: what the judge compares with 1/alpha, and with 1/beta. */
  readonly intervals: readonly Interval[];
  readonly harm: readonly number[];
  /** The least over what SAFE must rule out: each of them must. */
  readonly safe: readonly number[];
  /** After the last. */
  readonly kill: number;
  /** The first interval after which it was condemned, and that after which it was safe. */
  readonly condemned: Condemnation | undefined;
  readonly safeAt: string | undefined;
  readonly metrics: readonly MetricProcess[];
  readonly compared: Readonly<Compared>;
  /** Of the canary, compared or not. */
  readonly canary: { readonly requests: number; readonly failures: number };
  /** Share of the canary in the last interval that could be compared. */
  readonly share: number | undefined;
};

/** Follows every e-process through closed intervals, oldest first: about 40 logarithms and exponentials for each. */
export function followPath(intervals: readonly Interval[], settings: JudgeSettings): Path {
  const run = startRun(intervals, settings);
  const { limits, metrics, compared, canary } = run;
  const [harms, safes]: [number[], number[]] = [[], []];
  let condemned: Condemnation | undefined;
  let safeAt: string | undefined;
  for (const interval of intervals) {
    takeInterval(run, interval);
    const [harm, safe] = [harmOf(run), safeOf(run)];
    harms.push(harm);
    safes.push(safe);
    if (safeAt === undefined && reaches(safe, limits.safe)) safeAt = interval.at;
    if (condemned !== undefined) continue;
    const by = groundOf(run, harm);
    if (by !== undefined) condemned = { by, at: interval.at };
  }
  const kill = intervals.length === 0 ? 0 : killOf(run);
  const { share } = run;
  const found = { condemned, safeAt, metrics, compared, canary, share };
  return { settings, limits, intervals, harm: harms, safe: safes, kill, ...found };
}

/** Where the kill switch stood after the interval of that index: it is written down for the one that it condemns. */
export function killAt({ intervals, settings }: Path, index: number): number {
  const kill = killProcess(settings.killSwitch);
  const seen = noDispersion();
  for (const { canary, baseline } of intervals.slice(0, index + 1)) {
    if (baseline !== undefined) addBaseline(seen, baseline.requests, baseline.failures);
    if (canary !== undefined && canary.requests > 0) watchCanary(kill, canary);
  }
  return logKill(kill, settings.fano === 'estimate' ? fanoFactor(seen) : settings.fano);
}
