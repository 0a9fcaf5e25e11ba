import type { Interval, JudgeSettings } from '../judge-contract.ts';
import { type Compared, harmOf, killOf, safeOf, startRun, takeInterval } from './judge-run.ts';
import type { Limits } from './judge-settings.ts';
import { type Condemnation, judgeInterval, startJudgement } from './judge-verdict.ts';
import type { MetricProcess } from './metric-process.ts';

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

/** Judges closed intervals, oldest first, and keeps where every e-process stood after each. */
export function followPath(intervals: readonly Interval[], settings: JudgeSettings): Path {
  const judgement = startJudgement(settings);
  const { run } = judgement;
  const [harm, safe]: [number[], number[]] = [[], []];
  for (const interval of intervals) {
    judgeInterval(judgement, interval);
    harm.push(harmOf(run));
    safe.push(safeOf(run));
  }
  const { condemned, safeAt } = judgement;
  const { limits, metrics, compared, canary, share } = run;
  const kill = intervals.length === 0 ? 0 : killOf(run);
  const found = { condemned, safeAt, metrics, compared, canary, share };
  return { settings, limits, intervals, harm, safe, kill, ...found };
}

/** Where the kill switch stood after the interval of that index: it is written down for the one that it condemns. */
export function killAt({ intervals, settings }: Path, index: number): number {
  const run = startRun(settings);
  for (const interval of intervals.slice(0, index + 1)) takeInterval(run, interval);
  return killOf(run);
}
